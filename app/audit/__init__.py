"""The audit room: who changed what: plain rows that outlive what they describe."""
