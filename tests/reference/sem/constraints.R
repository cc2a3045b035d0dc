# Reference values of lavaan for constraints on labelled parameters.
# Run in this folder: Rscript constraints.R   (reads answers.csv and answers_missing.csv, which
# make_data.py writes; writes constraints_estimates.csv and constraints_indices.csv)
suppressMessages(library(lavaan))
data <- read.csv("answers.csv")
gaps <- read.csv("answers_missing.csv")
header <- paste0("# ", R.version.string, ", lavaan ", packageVersion("lavaan"), "; see constraints.R")
loads <- "seen =~ x1 + a*x2 + b*x3
read =~ x4 + c*x5 + d*x6
fast =~ x7 + x8 + x9"
chain <- "effort ~ a*age + t*tenure
loyalty ~ b*effort + c*age
ab := a*b"
groups <- "seen =~ x1 + c(a1, a2)*x2 + c(b1, b2)*x3
read =~ x4 + x5 + x6"
polish <- list(rel.tol = 1e-14, iter.max = 20000, eval.max = 40000, xtol = 1e-10)
fit <- function(model, frame = data, ...) {
  suppressWarnings(sem(model, frame, optim.force.converged = TRUE, em.h1.tol = 1e-9,
                       control = polish, ...))
}
fits <- list(
  equal = fit(paste(loads, "a == b\nc + d == 2*a", sep = "\n")),
  effects = fit("seen =~ NA*x1 + a1*x1 + a2*x2 + a3*x3\nread =~ x4 + x5 + x6\na1 + a2 + a3 == 3"),
  # with the tighter control lavaan leaves the constraints here
  redundant = sem(paste(loads, "a == b\nb == a\na == 0.7", sep = "\n"), data),
  product = fit(paste(chain, "ab == 0.5*c", sep = "\n")),
  square = fit(paste(loads, "a^2 + b^2 == c*d", sep = "\n")),
  binding = fit(paste(loads, "a < 0.6\nd > 0.1", sep = "\n")),
  slack = fit(paste(loads, "a > 0.1\nb > a", sep = "\n")),
  mixed = fit(paste(loads, "a == b\nd < 0.7*c", sep = "\n")),
  groups = fit(paste(groups, "a1 - a2 == b1 - b2", sep = "\n"), group = "region"),
  mlr = fit(paste(loads, "a == b\nc + d == 2*a", sep = "\n"), estimator = "MLR"),
  fiml = fit(paste(loads, "a == b\nc + d == 2*a", sep = "\n"), gaps, missing = "fiml"),
  mlr_product = fit(paste(chain, "ab == 0.5*c", sep = "\n"), estimator = "MLR")
)
write_out <- function(frame, name) {
  writeLines(header, name)
  suppressWarnings(write.table(frame, name, sep = ",", row.names = FALSE, append = TRUE,
                               quote = TRUE))
}
estimates <- function(case) {
  frame <- parameterEstimates(fits[[case]], remove.nonfree = FALSE)
  if (is.null(frame$group)) frame$group <- 1
  keep <- frame$op %in% c("=~", "~", "~~", "~1", ":=")
  cbind(case = case, frame[keep, c("lhs", "op", "rhs", "group", "est", "se")])
}
write_out(do.call(rbind, lapply(names(fits), estimates)), "constraints_estimates.csv")
indices <- function(case) {
  values <- unclass(fitMeasures(fits[[case]]))
  data.frame(case = case, name = names(values), value = as.numeric(values))
}
write_out(do.call(rbind, lapply(names(fits), indices)), "constraints_indices.csv")
