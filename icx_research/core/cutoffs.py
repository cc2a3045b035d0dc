"""Numbers that decide something, each with its name and where it comes from.

Where no source is named, the number is our choice.
"""

# Level of tests, two-sided (convention).
SIGNIFICANCE = 0.05
# Chance to find what is there that a design aims at (convention: Cohen, 1988).
POWER = 0.80
# True correlation that a design aims at, where twice the smallest of interest is beyond reach.
LARGEST_CORRELATION = 0.95

# Persons behind a published cell: the rule of the public surveys whose terms were
# read (Canadian federal employee survey, NHS GP Patient Survey: 10).
MIN_PERSONS = 10
# With an explicit entry in the codebook the threshold may be lowered, never below this.
LOWEST_MIN_PERSONS = 5

# Persons from which on a unit's own standard error is shown: below, mean and error together may
# tell every answer. Of a single item, with its few answers, more are needed.
OWN_ERROR_FROM = 20
OWN_ERROR_OF_ITEM_FROM = 50
# Share of the answers in one category from which on they tell what each person of the group
# answered (ACRO's limit for the largest contributors to a cell).
GROUP_DISCLOSURE_SHARE = 0.90
# Scale points within which a withheld mean must stay unknown.
MIN_OPEN_WIDTH = 1.0
# Share of respondents on each side whose unit is found on the other side.
MIN_MATCHED_SHARE = 0.95
# Share of a table's rows that may be quarantined before the table is unusable.
MAX_QUARANTINED_SHARE = 0.20
# Linked units a claim needs before it is evaluated at all.
MIN_LINKED_UNITS = 10
# Smallest unit-level correlation of interest: about half of the published
# unit-level values near .32 to .34 (Harter, Schmidt & Hayes, 2002; Whitman, Van Rooy
# & Viswesvaran, 2010). A proposal, to be confirmed before the data are seen.
SMALLEST_CORRELATION = 0.15
# Clusters below which an interval that rests on them does not hold its level (simulated).
MIN_CLUSTERS = 10
# Units that must remain for anything to be compared.
MIN_SHOWN_UNITS = 2

# Share of a scale's items that must be answered for a score (convention).
MIN_ANSWERED_SHARE = 0.5
# Share of the items that a run of equal answers may not reach (Curran, 2016).
CARELESS_LONGSTRING_SHARE = 0.5
# Even-odd consistency below which answers look careless (Johnson, 2005).
CARELESS_CONSISTENCY = 0.30
# Chi-squared probability of a Mahalanobis distance below which it is an outlier (convention).
CARELESS_DISTANCE_P = 0.001
# Signs of carelessness that make a row flagged; single ones have innocent causes.
CARELESS_MIN_FLAGS = 2
# Items below which equal answers throughout are no sign of carelessness (convention).
CARELESS_MIN_ITEMS = 8

# Reliability that is commonly called adequate: a label of the field, no pass mark (Nunnally, 1978,
# Psychometric theory, 2nd ed.; of unit means, ICC(2), the convention of the aggregation
# literature).
ADEQUATE_RELIABILITY = 0.70
# Lowest r_WG(J) that is commonly taken to support a unit mean (James, 1982, Journal of
# Applied Psychology, 67, 219-229, https://doi.org/10.1037/0021-9010.67.2.219).
MIN_AGREEMENT = 0.70
# LeBreton, J. M., & Senter, J. L. (2008). Answers to 20 questions about interrater
# reliability and interrater agreement. Organizational Research Methods, 11, 815-852.
# https://doi.org/10.1177/1094428106296642. Of r_WG: above .30 weak, above .50 moderate, ...
RWG_BANDS = ((0.90, "very strong"), (0.70, "strong"), (0.50, "moderate"), (0.30, "weak"))
ICC_1_BANDS = ((0.25, "large"), (0.10, "medium"), (0.01, "small"))
ICC_2_BANDS = ((ADEQUATE_RELIABILITY, "adequate"), (0.50, "tolerable"))

# Loading from which on it is set in bold (convention).
NOTABLE_LOADING = 0.30
# HTMT above which two scales are hardly distinguished: the stricter of two limits of Henseler,
# Ringle & Sarstedt (2015), https://doi.org/10.1007/s11747-014-0403-8.
MAX_HTMT = 0.85
# Chen (2007), https://doi.org/10.1080/10705510701301834, for groups of more than 300: a level
# of invariance does not hold where CFI falls by .010 and RMSEA rises by .015 or SRMR by .030
# (.010 from scalar invariance on). Labels only: no fixed cut-off is right for all models and
# sample sizes.
CHEN_CFI, CHEN_RMSEA = -0.010, 0.015
CHEN_SRMR = {"thresholds": 0.030, "metric": 0.030, "scalar": 0.010, "strict": 0.010}
# Cheung & Rensvold (2002), https://doi.org/10.1207/S15328007SEM0902_5: where CFI falls by more.
CHEUNG_RENSVOLD_CFI = -0.010
# Items of a latent variable that must stay equal for its mean or its loadings to be compared: with
# one alone, the others say nothing of it (partial invariance, after Byrne, Shavelson & Muthén,
# 1989, https://doi.org/10.1037/0033-2909.105.3.456).
MIN_EQUAL_ITEMS = 2
# Above this share of parameters that differ, aligned means should be checked by simulation
# (Muthén & Asparouhov, 2014, https://doi.org/10.3389/fpsyg.2014.00978). A label, no law.
MANY_DIFFER = 0.25
