"""What is known of English words without a lexicon: the closed classes, and how forms are derived from stems.

The closed classes (those of which a language makes no new words) are written by hand after the guidelines of Universal
Dependencies 2 for English: possessives are PRON, forms of *be* AUX, *not* PART. A word of several classes stands under
the one that is commonest in running text (*that* as SCONJ, *as* as ADP, *to* as PART). A contraction has the tag of its
first word (*it's* PRON, *don't* AUX). Early modern forms are included.
"""

from collections.abc import Callable, Iterator, Mapping

_WORDS = {
    "ADP": """
        about above across after against along alongside amid amidst among amongst around as at athwart before behind
        below beneath beside besides between betwixt beyond by concerning despite down during for from in inside into
        like near of off on onto opposite out outside over past per regarding save than through throughout thru toward
        towards under underneath unto up upon versus via vs with within without o'er gainst 'gainst 'twixt o'
    """,
    "AUX": """
        am are be been being is was were 'm 're 've 'd 'll do does did have has had can could may might must ought
        shall should will would cannot can't won't shan't ain't
        beest canst couldst didst dost doth hadst hast hath mayst mightst shalt shouldst wast wert wilt wouldst
    """,
    "CCONJ": "and & but nor or 'n' an'",
    "DET": "a an the this these those each every either neither some any no another both all yon th th'",
    "INTJ": """
        ah aha alas amen ay aye bye eh fie goodbye ha hello hey hi ho hurrah huh lo nay o oh oho ok okay ouch pah pooh
        prithee tush tut ugh uh um wow yea yeah yep yes yup zounds
    """,
    "NUM": """
        zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
        eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion
        trillion
    """,
    "PART": "to not n't 's",
    "PRON": """
        i me my mine myself you your yours yourself yourselves he him his himself she her hers herself it its itself we
        us our ours ourselves they them their theirs themselves who whom whose which what whoever whomever whatever
        whatsoever whosoever whichever there there's that's something anything nothing everything somebody anybody
        nobody everybody someone anyone everyone none naught nought aught 'em em
        thou thee thy thine thyself ye 'tis tis 'twas twas 'twere twere 'twill twill 'twould twould y'are whate'er
    """,
    "SCONJ": "although because if lest since that though unless until till 'til whereas whether while whilst ere",
    "SYM": "% # @ § * † ‡",
    # not closed, but made of the same few stems, or early modern and in no dictionary of today
    "ADV": """
        here how hither now so then thence hence thither thus when whence whenever where whereby wherefore wherein
        whereof whereupon wherever whither why yonder never ever too very ne'er e'er e'en anon haply perchance
    """,
    "VERB": "methinks quoth ta'en let's",
}

CLOSED_CLASSES: dict[str, str] = {word: tag for tag, words in _WORDS.items() for word in words.split()}

# "thou art": a noun of today, an auxiliary where these two words are in use
EARLY_MODERN_SIGNS = frozenset({"hath", "doth"})
EARLY_MODERN_WORDS = {"art": "AUX"}

_ENCLITICS = ("'s", "'ll", "'re", "'ve", "'m", "'t")
_DOUBLING = frozenset({"ing", "eth", "est", "ed", "er"})
_SAME = {"NOUN": "NOUN", "VERB": "VERB"}
_VERB = {"VERB": "VERB", "NOUN": "VERB"}
_DEGREE = {"ADJ": "ADJ", "ADV": "ADV"}
# ending, what stands in its place in the stem, tag of the form by tag of the stem; the longest ending counts first
_ENDINGS: tuple[tuple[str, tuple[str, ...], Mapping[str, str]], ...] = (
    ("iness", ("y",), {"ADJ": "NOUN"}),
    ("ness", ("",), {"ADJ": "NOUN"}),
    ("less", ("",), {"NOUN": "ADJ"}),
    ("iest", ("y",), _DEGREE),
    ("ies", ("y",), _SAME),
    ("ied", ("y",), _VERB),
    ("ier", ("y",), _DEGREE),
    ("ily", ("y",), {"ADJ": "ADV"}),
    ("ing", ("", "e"), _VERB),
    ("eth", ("", "e"), _VERB),
    ("est", ("", "e"), _VERB | _DEGREE),
    ("es", ("",), _SAME),
    ("ed", ("", "e"), _VERB),
    ("er", ("", "e"), {"VERB": "NOUN"} | _DEGREE),
    ("ly", ("", "le"), {"ADJ": "ADV", "VERB": "ADV"}),
    ("s", ("",), _SAME),
)


def derive_tag(form: str, look_up: Callable[[str], str | None]) -> str | None:
    """The tag of an inflected, derived or contracted form by that of its stem, or None where no stem is known.

    look_up: word → universal tag, or None.
    """
    host, apostrophe, _ = form.rpartition("'")
    if not apostrophe:
        return _by_ending(form, look_up)
    if form.endswith("n't"):
        return look_up(form.removesuffix("n't"))
    if form.endswith(_ENCLITICS) or (form.endswith("'d") and look_up(host) == "PRON"):
        return look_up(host) or _by_ending(host, look_up)
    spelled_out = form.replace("'", "e")  # answer'd, pow'r, know'st
    return look_up(spelled_out) or _by_ending(spelled_out, look_up)


def _by_ending(form: str, look_up: Callable[[str], str | None]) -> str | None:
    for stem, tag_of in _stems(form):
        if tag := tag_of.get(look_up(stem) or ""):
            return tag
    if "our" in form:  # British: honour
        return look_up(form.replace("our", "or"))
    return None


def _stems(form: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for ending, replacements, tag_of in _ENDINGS:
        stem = form.removesuffix(ending)
        if stem == form or len(stem) < 2:
            continue
        for replacement in replacements:
            yield stem + replacement, tag_of
        if ending in _DOUBLING and len(stem) > 3 and stem[-1] == stem[-2]:  # bedded, bigger
            yield stem[:-1], tag_of
