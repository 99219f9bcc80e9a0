"""The panel that says how far the clusters on a page are to be trusted."""

import streamlit as st

from analysis.clusters.quality import TRUSTED, UNTRUSTED, QualityProfile
from app.components.cluster_count import cluster_count, cluster_count_data
from app.figures.cluster_quality import plot_cluster_quality
from app.notices import literal
from app.numbers import numbers
from app.panels.cluster_quality import Checked, wait_for_check
from app.selection import Selection, choose_k
from app.tables.clusters import quality_table
from data_prep.errors import UserError

STRIP = "cluster-count"
_SHOWN = {TRUSTED: (":material/verified:", "green"), UNTRUSTED: (":material/warning:", "red")}
_SHAKY = (":material/help:", "orange")


def quality_badge(k: int, checked: Checked) -> None:
    """The verdict on k clusters in a word, once it is known."""
    if checked is None:
        st.badge("checking …", icon=":material/hourglass_top:", color="gray")
    elif isinstance(checked, QualityProfile) and k <= checked.ks[-1]:
        verdict = checked.verdicts[k - int(checked.ks[0])]
        icon, colour = _SHOWN.get(verdict, _SHAKY)
        st.badge(f"{k} clusters: {verdict}", icon=icon, color=colour, help="Why, stands below the map.")


def quality_strip(k: int, checked: Checked) -> None:
    """Every number of clusters with how far it is to be trusted; a click takes it."""
    profile = checked if isinstance(checked, QualityProfile) else None
    cluster_count(cluster_count_data(k, profile), key=STRIP, on_take=_take)


def _take() -> None:
    if (k := st.session_state[STRIP].taken) is not None:
        choose_k(k)


def quality_panel(chosen: Selection, k: int, checked: Checked) -> None:
    """Why k clusters are to be trusted or not, and any other number of them."""
    match checked:
        case None:
            wait_for_check(chosen.clustering)
        case UserError():
            st.caption(literal(f"How far the clusters are to be trusted cannot be told: {checked.message}"))
        case BaseException():
            raise checked
        case _ if k > checked.ks[-1]:
            st.caption(f"How far {k} clusters are to be trusted cannot be told: too few words or units.")
        case _:
            _explain(k, checked)


def _explain(k: int, profile: QualityProfile) -> None:
    at = k - int(profile.ks[0])
    icon, colour = _SHOWN.get(profile.verdicts[at], _SHAKY)
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.markdown(f":{colour}[{icon} **{k} clusters: {profile.verdicts[at]}.**] {_reasons(profile, at)}")
    if profile.suggested_k not in (None, k):
        right.button(
            f"Take {profile.suggested_k}", on_click=choose_k, args=(profile.suggested_k,), help="The suggestion"
        )
    folded = st.expander("How far to trust any number of clusters", key="cluster-quality-open", on_change="rerun")
    if folded.open:
        with folded:
            _show_profile(profile, k)
    numbers(quality_table(profile), "cluster-quality", label="Quality of every number of clusters")


def _show_profile(profile: QualityProfile, k: int) -> None:
    st.plotly_chart(
        plot_cluster_quality(profile, k, dark=st.context.theme.type == "dark"),
        theme=None,
        alt="Agreement of the clusters for every number of clusters",
    )
    st.caption(
        "Agreement is the adjusted Rand index: 0 is chance, 1 the same clusters again. With parts of speech it is "
        "the normalised mutual information, which shuffled ones reach in part by chance. **Mind:** clusters that "
        "come out again may still mean nothing."
    )


def _reasons(profile: QualityProfile, at: int) -> str:
    said = [f"They come out again with other seeds ({profile.seed_agreement[at]:.2f})"]
    if profile.text_half_agreement[at] == profile.text_half_agreement[at]:  # it may not be known
        said.append(f"in two halves of the text ({profile.text_half_agreement[at]:.2f})")
    said.append(f"by two halves of the units ({profile.unit_half_agreement[at]:.2f})")
    sentence = ", ".join(said) + "; 1 is the same, 0 chance."
    if profile.tagged:
        sentence += (
            f" Agreement with parts of speech {profile.tag_agreement[at]:.2f}, shuffled "
            f"{profile.shuffled_agreement[at]:.2f}."
        )
    return sentence
