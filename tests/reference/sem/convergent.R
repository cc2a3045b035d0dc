# Reference values of semTools for reliability and extracted variance of latent variables.
# Run in this folder: Rscript convergent.R   (reads answers.csv; writes convergent.csv)
suppressMessages({library(lavaan); library(semTools)})
data <- read.csv("answers.csv")
header <- paste0("# ", R.version.string, ", lavaan ", packageVersion("lavaan"), ", semTools ",
                 packageVersion("semTools"), "; see convergent.R")
related <- "seen =~ x1 + x2 + x3
read =~ x4 + x5 + x6
fast =~ x7 + x8 + x9
x7 ~~ x8
fast ~ seen"
crossed <- "seen =~ x1 + x2 + x3 + x9
read =~ x4 + x5 + x6
fast =~ x7 + x8 + x9"
polished <- list(rel.tol = 1e-12)
rows <- list()
add <- function(model, fit, groups) {
  found <- suppressMessages(suppressWarnings(reliability(fit)))
  if (!is.list(found)) found <- list(found)
  for (g in seq_along(found)) for (name in colnames(found[[g]]))
    rows[[length(rows) + 1]] <<- data.frame(model, group = groups[g], latent = name,
      composite = found[[g]]["omega", name], extracted = found[[g]]["avevar", name])
}
add("related", cfa(related, data, control = polished), "")
add("crossed", cfa(crossed, data, control = polished), "")
fit <- cfa(related, data, group = "region", control = polished)
add("groups", fit, lavInspect(fit, "group.label"))
writeLines(header, "convergent.csv")
options(digits = 15)
suppressWarnings(write.table(do.call(rbind, rows), "convergent.csv", append = TRUE, sep = ",",
                             row.names = FALSE, na = ""))
