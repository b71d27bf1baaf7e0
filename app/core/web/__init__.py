"""What every route needs: access, htmx, forms, error pages and headers."""
