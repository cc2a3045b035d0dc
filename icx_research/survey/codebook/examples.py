"""Examples of codebooks that stand below the list of keys."""

EXAMPLES = """

Each entry under `scales` and `scores` has a name of your choice and the keys of `scale` and
`score`. For example, a table that is published per unit, with persons behind each figure:

  internal:
    file: staff_2023.csv
    grain: unit
    published: true
    keys: {client_unit: branch}
    scores:
      would_recommend: {value: recommend_percent, n: answered, metric: percent}

Ratings of several suppliers in several waves:

    keys: {respondent: id, client_unit: branch, supplier_unit: supplier, wave: year}

The same with one row per respondent and wave, and columns HR_q1, HR_q2, IT_q1, IT_q2; who did
not answer on a supplier was not asked about it:

  internal:
    file: staff.csv
    keys: {respondent: id, client_unit: branch, wave: year}
    supplier_blocks: {pattern: "{supplier}_{item}", suppliers: {HR: Personnel, IT: IT services}}
    scales: {service: {items: [q1, q2], range: [1, 7]}}

One row per answer (columns id, branch, question, value), of which one round is used:

  internal:
    file: answers.csv
    where: {round: "2025"}
    keys: {respondent: id, client_unit: branch}
    long: {item: question, answer: value}
    scales: {service: {items: [q1, q2], range: [1, 7]}}

Published figures with their standard deviation, or as shares of each answer:

    scores:
      trust: {value: trust_mean, sd: trust_sd, n: answered}
      pride: {shares: {pct_no: 1, pct_partly: 2, pct_yes: 3}, n: answered}

Waves told by the day of the answer; several touchpoints per customer; columns that describe rows:

  waves: {"2024": [2024-03-01, 2024-04-15], "2025": [2025-03-01, 2025-04-15]}
  external:
    file: customers.csv
    date_format: "%d.%m.%Y"
    keys: {respondent: customer, serving_unit: shop, touchpoint: channel, date: answered_on}
    attributes: {owner: Company or partner}

Two teams stand behind one shop, with the share of the shop's customers each reaches:

  crosswalk:
    file: teams.csv
    keys: {client_unit: team, serving_unit: shop}
    weight: share
    cardinality: many_to_one

Answers that are words in the file:

  external:
    file: customers.csv
    keys: {serving_unit: shop}
    scales: {csat: {items: [c1], range: [1, 3], answers: {Poor: 1, Fair: 2, Good: 3}}}

The same with shares per wave; attributes per wave; and which programmes run when:

  crosswalk:
    file: teams.csv
    keys: {client_unit: team, serving_unit: shop, wave: year}
    weight: share
    cardinality: many_to_one
  units: {file: units.csv, keys: {unit: shop, wave: year}, attributes: [size]}
  programme:
    file: programme.csv
    keys: {unit: shop, wave: year}
    indicators: {prog: Internal-customer programme, chargeback: Services are charged}

What is held constant, and a group of units to look at on its own:

  units: {file: units.csv, keys: {unit: shop}, attributes: [region, size]}
  question: {internal: service, external: csat, controls: [size], subsets: {north: {region: North}}}
"""
