"""Names of estimators and of the treatment of missing answers, in the spellings of the field."""

ESTIMATORS = ("ML", "MLR", "WLSMV")
MISSING = ("listwise", "fiml")
# Other programs' names of the same, and what comes nearest to names of something else.
SAME = {"direct": "fiml", "ml": "fiml"}
ROBUST = "estimator='MLR' has errors and a test that are robust to answers that are not normal"
ORDINAL = "estimator='WLSMV' is the one for ordinal answers"
NEAREST_ESTIMATOR = dict.fromkeys(("MLM", "MLMV", "MLMVS", "MLF"), ROBUST)
NEAREST_ESTIMATOR |= dict.fromkeys(
    ("WLS", "WLSM", "WLSMVS", "DWLS", "ULS", "ULSM", "ULSMV", "ULSMVS", "GLS", "PML"), ORDINAL
)
NEAREST_MISSING = {
    "fiml.x": "missing='fiml' takes predictors as given and needs them complete",
    "pairwise": "missing='fiml' uses every answer too, 'listwise' complete rows only",
}
NEAREST_MISSING["ml.x"] = NEAREST_MISSING["fiml.x"]
NEAREST_MISSING |= dict.fromkeys(
    ("available.cases", "two.stage", "robust.two.stage"), NEAREST_MISSING["pairwise"]
)


def known_estimator(estimator: str) -> str:
    """Read the name of an estimator in any case, or refuse it with the nearest there is."""
    name = str(estimator).upper()
    if name not in ESTIMATORS:
        near = NEAREST_ESTIMATOR.get(name)
        hint = f" {near}." if near else ""
        raise ValueError(f"estimator must be one of 'ML', 'MLR', 'WLSMV', not {estimator!r}.{hint}")
    return name


def known_missing(missing: str) -> str:
    """Read how missing answers are treated, or refuse it with the nearest there is."""
    name = str(missing).lower()
    name = SAME.get(name, name)
    if name not in MISSING:
        near = NEAREST_MISSING.get(name)
        hint = f" {near}." if near else ""
        raise ValueError(f"missing must be one of 'listwise', 'fiml', not {missing!r}.{hint}")
    return name
