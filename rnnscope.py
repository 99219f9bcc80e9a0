"""rnnscope: see what a recurrent network for text keeps in its memory.

The public names of the library, so that a script needs one import:

    import rnnscope
    run = rnnscope.open_run("shakespeare-lstm-2x200")
    recording = rnnscope.stored_recording(run, rnnscope.RecordingOptions())
"""

import analysis
import data_prep
import models
from analysis import *  # noqa: F403
from data_prep import *  # noqa: F403
from models import *  # noqa: F403

__all__ = [*data_prep.__all__, *models.__all__, *analysis.__all__]  # noqa: PLE0604
