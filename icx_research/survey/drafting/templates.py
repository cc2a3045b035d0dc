"""Empty files to start a study from, where there are none yet."""

TEMPLATES = {
    "study.yaml": """\
# A study of your own: two surveys, linked by the unit. Change names, columns and ranges to
# those of your files. `icx codebook` explains every key; then run
#   icx check study.yaml
#   icx study study.yaml
study: My study   # the title on every page

internal:   # colleagues rate the internal service they receive
  file: internal.csv
  keys:
    respondent: respondent     # who answered; a code, never a name
    client_unit: unit          # the unit that receives the service
    # supplier_unit: supplier  # the unit that is rated, where there are several
    # wave: wave               # where the survey was repeated
  # supplier_blocks: {pattern: "{supplier}_{item}"}   # where columns are HR_q1, IT_q1, ...
  scales:
    internal_satisfaction:
      items: [q1, q2, q3]
      range: [1, 7]            # lowest and highest possible answer
      # reverse_keyed: [q3]    # items on which a high answer means a low score
      # missing_codes: [99]    # codes that mean no answer, besides an empty cell

external:   # end customers rate the unit that served them
  file: external.csv
  keys:
    respondent: customer
    serving_unit: unit         # spelled exactly as in the internal survey
  scales:
    csat:
      items: [c1, c2, c3]
      range: [1, 7]

question:
  internal: internal_satisfaction
  external: csat
""",
    "internal.csv": "respondent,unit,q1,q2,q3\n",
    "external.csv": "customer,unit,c1,c2,c3\n",
    "README.md": """\
# A study of your own

1. Put one row per colleague into `internal.csv` and one row per customer into `external.csv`,
   below the column names that stand there. Other names and more columns are fine: `study.yaml`
   says which are used.
2. Write answers as numbers. Leave a cell empty where there is no answer.
3. Spell units alike in both files. Use codes for persons: no names, no mail addresses.
4. Change names, columns and ranges in `study.yaml` to those of your files.
5. Run `icx check study.yaml` until it is content, then `icx study study.yaml`.

Excel (.xlsx), SPSS (.sav), Stata (.dta), Parquet and Qualtrics files are read, too: see the key
`file` in `icx codebook`.
""",
}
