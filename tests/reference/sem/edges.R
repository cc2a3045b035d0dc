# Reference values of lavaan and semTools for models at the edge: composites of items of several
# latent variables, CFI where inequalities bind, a whole power of a negative number.
# Run in this folder: Rscript edges.R   (reads answers.csv; writes edges.csv)
suppressMessages({library(lavaan); library(semTools)})
data <- read.csv("answers.csv")
header <- paste0("# ", R.version.string, ", lavaan ", packageVersion("lavaan"), ", semTools ",
                 packageVersion("semTools"), "; see edges.R")
polished <- list(rel.tol = 1e-10)
models <- list(
  crossed = "seen =~ x1 + x2 + x3 + x9
read =~ x4 + x5 + x6
fast =~ x7 + x8 + x9",
  correlated = "seen =~ x1 + x2 + x3
read =~ x4 + x5 + x6 + x2
fast =~ x7 + x8 + x9
x8 ~~ x9",
  bifactor = "all =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9
read =~ x4 + x5 + x6
fast =~ x7 + x8 + x9
all ~~ 0*read + 0*fast
read ~~ 0*fast")
bound <- list(
  groups = "seen =~ x1 + c(a1, a2)*x2 + x3
a1 < a2
a2 < 0.7",
  one = "f =~ x1 + a*x2 + x3
a < 0.5",
  two = "f =~ x4 + a*x5 + b*x6
a > b
b > 1.2")
rows <- data.frame(case = character(), name = character(), value = numeric())
for (m in names(models)) {
  found <- unclass(compRelSEM(cfa(models[[m]], data, control = polished), obs.var = FALSE))
  rows <- rbind(rows, data.frame(case = m, name = names(found), value = as.numeric(found)))
}
for (m in names(bound)) {
  fit <- cfa(bound[[m]], data, group = if (m == "groups") "region" else NULL)
  found <- fitMeasures(fit, c("chisq", "df", "cfi"))
  rows <- rbind(rows, data.frame(case = m, name = c("chi_square", "df", "cfi"),
                                 value = as.numeric(found)))
}
fit <- cfa("f =~ x1 + a*x2 + b*x3 + x4
whole := (-a)^3", data, control = polished)
found <- subset(parameterEstimates(fit), op == ":=")
rows <- rbind(rows, data.frame(case = "domain", name = found$lhs, value = found$est))
writeLines(header, "edges.csv")
options(digits = 15)
suppressWarnings(write.table(rows, "edges.csv", append = TRUE, sep = ",", row.names = FALSE))
