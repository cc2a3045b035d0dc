# Reference values of lavaan for models as users write them: growth with covariates, predictors
# of latent variables, incomplete rows with predictors, older forms of modifiers.
# Run in this folder: Rscript user.R   (reads answers.csv and answers_missing.csv, which
# make_data.py writes; writes user_estimates.csv, user_indices.csv, user_modification.csv and
# user_scores.csv)
suppressMessages(library(lavaan))
data <- read.csv("answers.csv")
gaps <- read.csv("answers_missing.csv")
# rows of which the predictors alone are left
gaps[3:6, c(paste0("x", 1:9), "effort", "loyalty")] <- NA
header <- paste0("# ", R.version.string, ", lavaan ", packageVersion("lavaan"), "; see user.R")
polish <- list(rel.tol = 1e-14, iter.max = 20000, eval.max = 40000, xtol = 1e-12)
fit <- function(model, frame = data, ...) {
  suppressWarnings(sem(model, frame, optim.force.converged = TRUE, em.h1.tol = 1e-10,
                       control = polish, ...))
}
loads <- "seen =~ x1 + x2 + x3
read =~ x4 + x5 + x6"
fits <- list(
  growth = fit("i =~ 1*x1 + 1*x2 + 1*x3 + 1*x4
                s =~ 0*x1 + 1/3*x2 + (2/3)*x3 + 1*x4
                i + s ~ age
                x2 ~ tenure
                x1 + x2 + x3 + x4 ~ 0
                i + s ~ 1"),
  predicted = fit(paste(loads, "seen + read ~ age + tenure\nx4 ~ age", sep = "\n"), meanstructure = TRUE),
  gaps = fit(paste(loads, "seen + read ~ age + tenure", sep = "\n"), gaps, missing = "fiml"),
  fixed = fit("seen =~ NA*x1 + c(a, b)*x2 + equal('seen =~ x1')*x3 + 0*x4
               seen ~~ c(1, NA)*seen
               a > 0", group = "region", group.label = c("east", "west")),
  blank = fit(paste(loads, "seen =~ 0*x7\nx5 ~~ start(0.5)*x6\nx7 ~~ 2*x7", sep = "\n"))
)
write_out <- function(frame, name) {
  writeLines(header, name)
  suppressWarnings(write.table(frame, name, sep = ",", row.names = FALSE, append = TRUE,
                               quote = TRUE))
}
number <- function(frame) if (is.null(frame$group)) 1 else frame$group
estimates <- function(case) {
  frame <- parameterEstimates(fits[[case]], remove.nonfree = FALSE, standardized = TRUE,
                              rsquare = TRUE)
  frame$group <- number(frame)
  keep <- frame$op %in% c("=~", "~", "~~", "~1", "r2")
  cbind(case = case, frame[keep, c("lhs", "op", "rhs", "group", "est", "se", "std.all")])
}
write_out(do.call(rbind, lapply(names(fits), estimates)), "user_estimates.csv")
indices <- function(case) {
  values <- unclass(fitMeasures(fits[[case]]))
  data.frame(case = case, name = names(values), value = as.numeric(values))
}
write_out(do.call(rbind, lapply(names(fits), indices)), "user_indices.csv")
modification <- function(case) {
  frame <- modindices(fits[[case]], sort. = FALSE)
  frame$group <- number(frame)
  cbind(case = case, frame[, c("lhs", "op", "rhs", "group", "mi", "epc", "sepc.all")])
}
write_out(do.call(rbind, lapply(c("predicted", "gaps", "fixed", "blank"), modification)),
          "user_modification.csv")
scores <- function(case, method) {
  found <- lavPredict(fits[[case]], method = method)
  keep <- c(1:8, 40:60)
  found <- found[match(keep, lavInspect(fits[[case]], "case.idx")), ]
  data.frame(case = case, method = method, row = keep, found[, c(1, 2)], row.names = NULL,
             check.names = FALSE)
}
pairs <- expand.grid(case = c("growth", "predicted", "gaps"),
                     method = c("regression", "Bartlett"), stringsAsFactors = FALSE)
write_out(do.call(rbind, Map(function(case, method) {
  frame <- scores(case, method)
  names(frame)[4:5] <- c("first", "second")
  frame
}, pairs$case, pairs$method)), "user_scores.csv")
