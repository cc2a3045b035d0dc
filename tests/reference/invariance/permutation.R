# Reference values of the permutation test: lavaan refitted under the same permuted labels, and
# semTools::permuteMeasEq with permutations of its own.
# Run in this folder: Rscript permutation.R   (reads ../sem/answers.csv, ../sem/answers_missing.csv;
# writes permutation_labels.csv, permutation_draws.csv, permutation_p.csv)
suppressMessages({library(lavaan); library(semTools)})
data <- read.csv("../sem/answers.csv")
gaps <- read.csv("../sem/answers_missing.csv")
header <- paste0("# ", R.version.string, ", lavaan ", packageVersion("lavaan"), ", semTools ",
                 packageVersion("semTools"), "; see permutation.R")
write_out <- function(frame, name) {
  writeLines(header, name)
  suppressWarnings(write.table(frame, name, sep = ",", row.names = FALSE, append = TRUE,
                               quote = TRUE))
}
model <- "seen =~ x1 + x2 + x3
read =~ x4 + x5 + x6
fast =~ x7 + x8 + x9"
equal <- c("loadings", "intercepts", "residuals")
levels <- c("configural", "metric", "scalar", "strict")
names <- c("chisq", "cfi", "tli", "rmsea", "srmr")
ladder <- function(frame, ...) {
  values <- sapply(0:3, function(k) {
    fit <- cfa(model, frame, group = "region", group.label = c("east", "west"),
               group.equal = if (k) equal[1:k] else "", em.h1.tol = 1e-10, optim.force.converged = TRUE,
               control = list(rel.tol = 1e-14, iter.max = 20000, eval.max = 40000), ...)
    fitMeasures(fit, names)
  })
  cbind(values[, 1], t(diff(t(values))))
}
set.seed(20260115)
labels <- replicate(6, sample(data$region))
draws <- function(case, frame, count, ...) {
  do.call(rbind, lapply(seq_len(count), function(i) {
    frame$region <- labels[, i]
    found <- ladder(frame, ...)
    data.frame(case = case, draw = i, level = rep(levels, each = length(names)),
               term = rep(names, 4), value = as.numeric(found))
  }))
}
write_out(labels, "permutation_labels.csv")
write_out(rbind(draws("complete", data, 6), draws("fiml", gaps, 2, missing = "fiml")),
          "permutation_draws.csv")

# Written out, since permuteMeasEq repeats the calls.
fits <- list(
  cfa(model, data, group = "region"),
  cfa(model, data, group = "region", group.equal = "loadings"),
  cfa(model, data, group = "region", group.equal = c("loadings", "intercepts")),
  cfa(model, data, group = "region", group.equal = c("loadings", "intercepts", "residuals"))
)
p_of <- function(k) {
  out <- permuteMeasEq(nPermute = 1000, con = fits[[k]], uncon = if (k > 1) fits[[k - 1]] else NULL,
                       AFIs = names, showProgress = FALSE, iseed = 20260115,
                       parallelType = "multicore", ncpus = 2)
  data.frame(level = levels[k], term = names, p_value = as.numeric(out@AFI.pval[names]))
}
write_out(do.call(rbind, lapply(1:4, p_of)), "permutation_p.csv")
