"""The fields of asking for one stage again, with other parameters."""

from decimal import Decimal

from wtforms import DecimalField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from app.config import Settings
from app.core.texts import later
from app.core.web.forms import Form, options
from app.processing.scenes import LEAST_CHANGE
from app.processing.segmenting import BOUNDARY_COST
from app.transcripts.engine import models_here
from app.transcripts.reads import LANGUAGES

AS_SET = later("As the project says")
BEST = later("The best that is here")


class ScenesForm(Form):
    """How much must change at a cut."""

    least_change = DecimalField(
        later("Change at a cut"),
        [
            InputRequired(later("Say how much must change, such as 10.")),
            NumberRange(2, 80, message="Write 2 to 80, such as 10."),
        ],
        places=None,
        default=Decimal(str(LEAST_CHANGE)),
    )


class TopicsForm(Form):
    """How readily a new topic begins."""

    cost = DecimalField(
        later("What a new topic costs"),
        [
            InputRequired(later("Say what a topic costs, such as 1.25.")),
            NumberRange(0.25, 8, message="Write 0.25 to 8, such as 1.25."),
        ],
        places=None,
        default=Decimal(str(BOUNDARY_COST)),
    )


class SpeakersForm(Form):
    """How many voices there are."""

    count = IntegerField(later("Voices"), [Optional(), NumberRange(1, 30, message="Write 1 to 30, or nothing.")])


class TranscriptForm(Form):
    """Which language to listen for, and with which model."""

    language = SelectField(later("Spoken language"))
    model = SelectField(later("Model"))

    def offer(self, settings: Settings) -> None:
        """Name the languages, and the models that are here."""
        languages = sorted(LANGUAGES.items(), key=lambda pair: pair[1])
        self.language.choices = options([("", AS_SET), *languages])
        self.model.choices = options([("", BEST), *((model.name, model.title) for model in models_here(settings))])
