"""Numbers that decide something, each with its name and where it comes from."""

# Persons behind a published cell: the rule of the public surveys whose terms were
# read (Canadian federal employee survey, NHS GP Patient Survey: 10).
MIN_PERSONS = 10
# With an explicit entry in the codebook the threshold may be lowered, never below this.
LOWEST_MIN_PERSONS = 5
# Share of the answers in one category from which on they tell what each person of the group
# answered (ACRO's limit for the largest contributors to a cell).
GROUP_DISCLOSURE_SHARE = 0.90
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
