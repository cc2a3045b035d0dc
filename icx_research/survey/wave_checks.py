"""Which wave a row belongs to, and whether tables name the same waves."""

from typing import Any

import narwhals as nw

from icx_research.core.errors import StudyError
from icx_research.survey.codebook import Codebook


def check_common_waves(codebook: Codebook, tables: dict[str, Any]) -> None:
    """Refuse units, programmes or weights in waves that no survey has."""
    waves = {
        name: set(nw.from_native(table, eager_only=True)["wave"].unique().to_list())
        for name, table in tables.items()
        if codebook.tells_waves(codebook.sources[name])
    }
    surveys = [waves[name] for name in ("internal", "external") if name in waves]
    for name in ("units", "programme", "crosswalk"):
        if surveys and name in waves and not waves[name] & set.union(*surveys):
            source = codebook.sources[name]
            raise StudyError(
                f"{source.file or f'The {name} table'}, column {source.keys['wave']}: none of its "
                f"waves ({', '.join(sorted(waves[name]))}) is a wave of a survey "
                f"({', '.join(sorted(set.union(*surveys)))}); name waves alike."
            )
