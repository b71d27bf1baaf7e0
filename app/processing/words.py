"""English words that tell nothing about what is spoken of; in any language, what most lines say goes anyway."""

STOP_WORDS = frozenset(
    """
    a about above after again all almost already also always am an and another any anyone anything are around as ask
    at away back be became because been before being best better between big both but by came can cannot come comes
    could day did didn do does doesn doing don done down each either else end enough even ever every everybody
    everyone everything far few first for from full gave get gets getting give given go goes going gone good got had
    has hasn have haven having he hello her here hers him himself his how however if in instead into is isn it its
    itself just keep kind knew know known knows last later least less let like little ll long look looking lot made
    make makes making many may maybe me mean might mine more most much must my myself need never new next no nobody
    none nor not nothing now of off often oh okay old on once one ones only or other others our out over own part
    people perhaps put quite rather re really right said same saw say saying says second see seem seems seen she
    should show since so some somebody someone something sometimes soon still such take taken takes talk tell than
    thank thanks that the their theirs them themselves then there these they thing things think this those though
    thought three through time times to today together told too took toward try two um under until up upon us use
    used uses using ve very want wants was wasn way we well went were what whatever when where which while who whole
    whom whose why will with within without won would yeah year years yes yet you your yours
    """.split()
)
