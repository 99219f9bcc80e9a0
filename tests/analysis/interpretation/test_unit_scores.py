import numpy as np
import pytest
from scipy.signal import lfilter
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from analysis.interpretation import unit_scores
from analysis.interpretation.evidence import telling_start, unit_response
from analysis.interpretation.properties import TextProperty
from analysis.interpretation.ranks import centred_ranks
from analysis.interpretation.unit_scores import held_out_positions, score_units
from data_prep.errors import UserError

TOKENS, UNITS = 6_000, 8


def slow(draw, tokens, columns, keep=0.95):
    """Noise whose neighbours resemble each other, as states do."""
    return lfilter([1], [1, -keep], draw.standard_normal((tokens, columns)), axis=0).astype(np.float32)


def properties_of(draw, tokens):
    numbers, switches = slow(draw, tokens, 2), slow(draw, tokens, 3)
    return [
        *(TextProperty(f"number {i}", "", "number", numbers[:, i].round()) for i in range(2)),  # with ties
        *(TextProperty(f"switch {i}", "", "yes/no", switches[:, i] > 2) for i in range(3)),
    ]


def test_scores_are_those_of_scikit_learn_and_scipy():
    draw = np.random.default_rng(0)
    states, properties = slow(draw, TOKENS, UNITS).round(1), properties_of(draw, TOKENS)  # with ties
    states[:, 5] = 0.25  # never changes
    found = score_units(states, properties, shifts=9)
    odd = held_out_positions(TOKENS)
    for scores, part in ((found.scores, odd), (found.found, ~odd)):
        for place, one in enumerate(properties):
            for unit in range(UNITS):
                own = states[part, unit]
                if one.kind == "yes/no":
                    expected = 2 * roc_auc_score(one.values[part], own) - 1
                else:
                    expected = 0 if unit == 5 else spearmanr(one.values[part], own).statistic
                assert scores[unit, place] == pytest.approx(expected, abs=1e-7)
    assert found.held[1, 2] == properties[2].values[odd].sum()


def test_the_control_is_scores_of_shifted_properties():
    draw = np.random.default_rng(1)
    states, properties = slow(draw, 2_000, 3), properties_of(draw, 2_000)
    found = score_units(states, properties, shifts=7, seed=3)
    odd = held_out_positions(2_000)
    offsets = unit_scores._offsets(int(odd.sum()), found.block, 7, 3)
    own = states[odd]
    for place, one in enumerate(properties):
        for number, offset in enumerate(offsets):
            shifted = np.roll(one.values[odd], -offset)
            by_hand = [
                abs(2 * roc_auc_score(shifted, own[:, unit]) - 1)
                if one.kind == "yes/no"
                else abs(spearmanr(shifted, own[:, unit]).statistic)
                for unit in range(3)
            ]
            assert found.control[number, place] == pytest.approx(max(by_hand), abs=1e-5)


def test_planted_units_are_found_and_nothing_else():
    draw = np.random.default_rng(2)
    states, properties = slow(draw, TOKENS, UNITS), properties_of(draw, TOKENS)
    states[:, 2] -= 4 * properties[0].values  # counts downwards
    states[:, 6] += 12 * properties[3].values  # remembers
    found = score_units(states, properties)
    assert (found.best_unit(0), found.best_unit(3)) == (2, 6)
    assert found.scores[2, 0] < -0.8
    assert found.scores[6, 3] > 0.9
    significant = np.argwhere(found.corrected_p <= 0.05).tolist()
    assert [2, 0] in significant
    assert [6, 3] in significant
    others = [pair for pair in significant if pair[0] not in (2, 6)]
    assert others == []
    assert found.control_95[3] < 0.8


def test_nothing_is_found_where_text_and_states_do_not_belong_together():
    draw = np.random.default_rng(3)
    states, properties = slow(draw, TOKENS, UNITS), properties_of(draw, TOKENS)
    states[:, 6] += 12 * properties[3].values
    shuffled = np.roll(states, TOKENS // 3, axis=0)
    assert score_units(shuffled, properties).corrected_p.min() > 0.05


def test_chance_alone_is_beyond_chance_in_one_text_of_twenty():
    """Of 60 texts with nothing in them, 5 % may have a p of .05: more than 8 would be one case in a hundred."""
    seeds = range(60)
    lowest = []
    for seed in seeds:
        draw = np.random.default_rng(1000 + seed)
        states = slow(draw, 3_000, 6, keep=0.9)
        lowest.append(score_units(states, properties_of(draw, 3_000), shifts=39, seed=seed).corrected_p.min())
    assert sum(p <= 0.05 for p in lowest) <= 8
    assert np.mean(lowest) > 0.3


def test_a_monotone_change_of_the_states_changes_nothing():
    draw = np.random.default_rng(4)
    states, properties = slow(draw, 2_000, 4, keep=0.5), properties_of(draw, 2_000)
    one, other = (score_units(values, properties, shifts=19) for values in (states, np.exp(states.astype(np.float64))))
    np.testing.assert_allclose(one.scores, other.scores, atol=1e-9)
    np.testing.assert_array_equal(one.corrected_p, other.corrected_p)


def test_units_may_be_taken_a_few_at_a_time(monkeypatch):
    draw = np.random.default_rng(5)
    states, properties = slow(draw, 2_000, 7), properties_of(draw, 2_000)
    at_once = score_units(states, properties, shifts=19)
    monkeypatch.setattr(unit_scores, "_RANK_BYTES", 2 * 4 * 2_000)
    monkeypatch.setattr(unit_scores, "_STEP", 5)
    monkeypatch.setattr(unit_scores, "_AT_ONCE", 333)
    in_parts = score_units(states, properties, shifts=19)
    np.testing.assert_allclose(in_parts.scores, at_once.scores, atol=1e-12)
    np.testing.assert_allclose(in_parts.control, at_once.control, atol=1e-5)


def test_what_cannot_be_tested_is_dropped_with_a_reason():
    draw = np.random.default_rng(6)
    once = np.zeros(TOKENS, bool)
    once[1200:1400] = once[3500:3700] = True
    rare = np.zeros(TOKENS, bool)
    rare[::700] = True
    listed = [
        TextProperty("never", "", "yes/no", np.zeros(TOKENS, bool)),
        TextProperty("always", "", "yes/no", np.ones(TOKENS, bool)),
        TextProperty("once", "", "yes/no", once),
        TextProperty("rare", "", "yes/no", rare),
        TextProperty("flat", "", "number", np.ones(TOKENS, np.float32)),
    ]
    found = score_units(slow(draw, TOKENS, 3), listed)
    assert found.names == ()
    assert found.scores.shape == (3, 0)
    reasons = dict(found.dropped)
    assert "nowhere" in reasons["never"]
    assert "everywhere" in reasons["always"]
    assert "separate stretches" in reasons["once"]
    assert "positions of a part" in reasons["rare"]
    assert "the same everywhere" in reasons["flat"]


def test_short_texts_and_broken_states_are_refused():
    draw = np.random.default_rng(7)
    with pytest.raises(UserError, match="999 tokens: too few"):
        score_units(slow(draw, 999, 2), properties_of(draw, 999))
    states = slow(draw, 2_000, 2)
    states[-1] = np.nan
    with pytest.raises(UserError, match="not numbers"):
        score_units(states, properties_of(draw, 2_000))


def test_ranks_share_ties():
    ranks = centred_ranks(np.array([[3.0, 1], [1, 1], [3, 1], [2, 1]], np.float32))
    assert ranks.tolist() == [[1.0, -1.5, 1.0, -0.5], [0, 0, 0, 0]]


def test_evidence_is_of_the_tested_half():
    values = np.arange(4_000) % 7
    number = TextProperty("place", "", "number", values.astype(np.float32))
    shown = unit_response(np.where(held_out_positions(4_000), values, 99).astype(np.float32), number)
    np.testing.assert_allclose(shown.middle, shown.levels)  # the unit is the number where it counts
    yes = TextProperty("late", "", "yes/no", values > 3)
    counts = unit_response(values.astype(np.float32), yes).counts
    assert counts.sum() == held_out_positions(4_000).sum()
    assert counts[1].sum() == yes.values[held_out_positions(4_000)].sum()


def test_an_excerpt_begins_where_there_is_most_to_see():
    held = np.zeros(10_000, bool)
    held[7_000:7_400:10] = True
    start = telling_start(TextProperty("here", "", "yes/no", held), 1_000)
    assert start <= 7_000
    assert start + 1_000 >= 7_391
    assert telling_start(None, 100) == 0
