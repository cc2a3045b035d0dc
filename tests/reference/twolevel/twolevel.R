# Reference values of lavaan and semTools for two-level measurement models.
# Run in this folder: Rscript twolevel.R   (reads answers.csv, which make_data.py writes; writes
# estimates.csv, indices.csv, differences.csv and omega.csv)
# The optimiser is polished far beyond lavaan's defaults, so that 1e-6 can be asked for.
suppressMessages({library(lavaan); library(semTools)})
data <- read.csv("answers.csv")
header <- paste0("# ", R.version.string, ", lavaan ", packageVersion("lavaan"), ", semTools ",
                 packageVersion("semTools"), "; see twolevel.R")
items <- paste0("q", 1:6)
level <- function(within, between) paste0("level: within\n", within, "\nlevel: between\n", between)
one <- function(f) paste(f, "=~", paste(items, collapse = " + "))
two <- "a =~ q1 + q2 + q3\nb =~ q4 + q5 + q6"
equal <- paste("f =~ q1 +", paste0(letters[2:6], "*", items[2:6], collapse = " + "))
free <- paste(apply(combn(items, 2), 2, paste, collapse = " ~~ "), collapse = "\n")
free <- paste(c(paste(items, "~~", items), free), collapse = "\n")
models <- list(
  one = level(one("fw"), one("fb")),
  two = level(two, one("fb")),
  configural = level(one("f"), one("f")),
  metric = level(equal, equal),
  strong = level(equal, paste(c(equal, paste0(items, " ~~ 0*", items)), collapse = "\n")),
  within_only = level(two, free),
  between_only = level(free, one("f")))
saturated <- level(free, free)
fit_one <- function(model, design, ...) suppressWarnings({
  frame <- data[data$design == design, ]
  fit <- sem(model, frame, cluster = "unit", ...)
  for (step in 1:2) {  # Newton steps in the space that the equality constraints leave
    inner <- fit@Model
    k <- if (inner@eq.constraints) inner@eq.constraints.K else diag(inner@nx.free)
    h <- crossprod(k, lavTech(fit, "hessian") %*% k)
    move <- k %*% solve(h, crossprod(k, as.numeric(lavTech(fit, "gradient"))))
    table <- parTable(fit); at <- table$free > 0
    table$est[at] <- table$est[at] - move[table$free[at]]
    table$ustart <- table$est
    table$start <- table$est <- table$se <- NULL
    fit <- lavaan(table, frame, cluster = "unit", optim.method = "none")
  }
  fit
})
# lavaan's EM algorithm for the unrestricted model stops early, whatever its tolerance: the
# saturated model fitted as any other takes its place in chi-squares and SRMR.
srmr <- function(fit, free) sapply(1:2, function(l) {
  d <- cov2cor(fitted(free)[[l]]$cov) - cov2cor(fitted(fit)[[l]]$cov[items, items])
  sqrt(mean(d[lower.tri(d, TRUE)]^2))
})
icc <- function(free) {
  v <- sapply(1:2, function(l) diag(fitted(free)[[l]]$cov)[items])
  v[, 2] / rowSums(v)
}
fits <- list()
for (m in names(models)) fits[[m]] <- fit_one(models[[m]], "unbalanced")
fits$std_lv <- fit_one(models$one, "unbalanced", std.lv = TRUE)
for (m in c("one", "two", "metric")) fits[[paste0(m, "_balanced")]] <- fit_one(models[[m]], "balanced")
whole <- list(unbalanced = fit_one(saturated, "unbalanced"), balanced = fit_one(saturated, "balanced"))
estimates <- indices <- NULL
for (m in names(fits)) {
  e <- parameterEstimates(fits[[m]], standardized = TRUE)
  e <- e[!(e$op == "~1" & e$level == 1 & e$se == 0), ]
  estimates <- rbind(estimates, data.frame(case = m, lhs = e$lhs, op = e$op, rhs = e$rhs,
    level = e$level, est = e$est, se = e$se, std.all = e$std.all))
  v <- fitMeasures(fits[[m]])
  top <- whole[[if (grepl("balanced", m)) "balanced" else "unbalanced"]]
  shift <- 2 * (fitMeasures(top, "logl") - v["unrestricted.logl"])
  own <- c(chisq = v[["chisq"]] + shift, baseline.chisq = v[["baseline.chisq"]] + shift,
           srmr_within = srmr(fits[[m]], top)[1], srmr_between = srmr(fits[[m]], top)[2])
  names(own) <- paste0(c("chisq", "baseline.chisq", "srmr_within", "srmr_between"), ".polished")
  v <- c(v, own, setNames(icc(top), paste0("icc.", items)))
  indices <- rbind(indices, data.frame(case = m, name = names(v), value = as.numeric(v)))
}
table <- as.data.frame(lavTestLRT(fits$configural, fits$metric, fits$strong))
differences <- data.frame(case = c("metric", "strong"), chi_square = table[2:3, "Chisq diff"],
                          df = table[2:3, "Df diff"], p_value = table[2:3, "Pr(>Chisq)"])
omega <- NULL
for (m in c("configural", "metric")) {
  plain <- compRelSEM(fits[[m]], obs.var = FALSE)
  lai <- compRelSEM(fits[[m]], obs.var = FALSE, config = "f", shared = "f")
  values <- c(within = plain$f[1], between = plain$f[2], unlist(lai))
  omega <- rbind(omega, data.frame(case = m, name = names(values), value = as.numeric(values)))
}
put <- function(table, file) {
  writeLines(header, file)
  numbers <- sapply(table, is.numeric)
  table[numbers] <- lapply(table[numbers], function(x) sprintf("%.15g", x))
  suppressWarnings(write.table(table, file, append = TRUE, sep = ",", row.names = FALSE,
                               quote = FALSE))
}
put(estimates, "estimates.csv"); put(indices, "indices.csv")
put(differences, "differences.csv"); put(omega, "omega.csv")
