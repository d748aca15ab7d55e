"""Why the executor takes a job for malformed, in the language of whoever sent it. Pure."""

from bot import texts
from bot.escaping import quote
from bot.speech import N_, _, spoken_size
from executor import InvalidJobError, JobFault

# What a program can be given says the executor (executor/paths.py); its own texts are English.
_SENTENCES = {
    JobFault.NO_FILE: N_("There is no program in it: send one in a code block."),
    JobFault.FILE_AND_FOLDER: N_(
        "{name} is the name of a file and of a folder at once: give one of them another name."
    ),
    JobFault.ARGUMENT_WITH_NUL: N_(
        "An argument holds a NUL character, which no program can be given: leave it out, or send it"
        " as standard input."
    ),
    JobFault.ARGUMENTS_TOO_LARGE: N_(
        "The arguments are {size} and may be {most} at most: send the long ones as standard input."
    ),
    JobFault.NAME_EMPTY: N_("A file has no name: call it `util.py`, for example."),
    JobFault.NAME_NOT_UNICODE: N_(
        "The file name {name} holds what is no character: call it `util.py`, for example."
    ),
    JobFault.NAME_ABSOLUTE: N_(
        "The file name {name} begins with `/`: leave that out, as in `lib/util.py`."
    ),
    JobFault.NAME_CLIMBS_OUT: N_(
        "The file name {name} has an empty part, `.` or `..` in it: leave that out, as in"
        " `lib/util.py`."
    ),
    JobFault.NAME_WITH_CONTROL: N_(
        "The file name {name} holds a control character: call it `util.py`, for example."
    ),
    JobFault.NAME_TOO_LONG: N_(
        "The file name {name} is {size} long and may be {most} at most: choose a shorter one."
    ),
    JobFault.NAME_PART_TOO_LONG: N_(
        "In the file name {name} a part between two `/` is {size} long and may be {most} at most:"
        " choose a shorter one."
    ),
    JobFault.UNKNOWN_LANGUAGE: N_(
        "{name} cannot run here any more, or not in that version: `/languages` lists what I can run."
    ),
    JobFault.OTHER: N_("This cannot be run as it is: send the program alone, in a code block."),
}


def job_problem(error: InvalidJobError) -> str:
    """Return what is wrong with a job and what to do about it; what it quotes is harmless."""
    match error.fault:
        case JobFault.TOO_MANY_FILES:
            return texts.too_many_files(error.actual, error.most)
        case JobFault.FILES_TOO_LARGE:
            return texts.program_too_large(error.actual, error.most)
        case JobFault.INPUT_TOO_LARGE:
            return texts.input_too_large(error.actual, error.most)
        case JobFault.SAME_NAME:
            return texts.name_taken(quote(error.name))
        case fault:
            return _(_SENTENCES[fault]).format(
                name=quote(error.name),
                size=spoken_size(error.actual),
                most=spoken_size(error.most),
            )
