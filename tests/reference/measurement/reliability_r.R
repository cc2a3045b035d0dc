# Reliability, item statistics, split halves, convergent and discriminant validity of
# service_items.csv (complete rows), by R.
# Run in this folder: Rscript reliability_r.R   (writes reliability_r.csv)
# lavaan is told to iterate on: its default leaves gradients of 3e-7.
suppressMessages({library(psych); library(lavaan); library(semTools)})
d <- na.omit(read.csv("service_items.csv"))
scales <- list(tan = paste0("tan", 1:4), rel = paste0("rel", 1:4), emp = paste0("emp", 1:4),
               all = names(d))
out <- data.frame(name = character(), value = numeric())
put <- function(name, value) out[nrow(out) + 1, ] <<- list(name, as.numeric(value))
for (s in names(scales)) {
  x <- d[scales[[s]]]
  a <- suppressWarnings(alpha(x, check.keys = FALSE))
  # the limits of psych::alpha.ci are rounded to two digits in some releases: by formula
  n <- nrow(x); k <- ncol(x); raw <- a$total$raw_alpha
  put(paste0(s, ":n"), n); put(paste0(s, ":alpha"), raw)
  put(paste0(s, ":alpha_low"), 1 - (1 - raw) * qf(.975, n - 1, (n - 1) * (k - 1)))
  put(paste0(s, ":alpha_high"), 1 - (1 - raw) * qf(.025, n - 1, (n - 1) * (k - 1)))
  feldt <- alpha.ci(raw, n, k, digits = 12)
  put(paste0(s, ":alpha_low_psych"), feldt$lower.ci)
  put(paste0(s, ":alpha_high_psych"), feldt$upper.ci)
  put(paste0(s, ":mean_inter_item"), a$total$average_r)
  # psych has lambda-6 of the correlations only; of the covariances by Guttman's formula
  put(paste0(s, ":lambda_6_standardized"), a$total[["G6(smc)"]])
  put(paste0(s, ":lambda_6"), 1 - sum(1 / diag(solve(cov(x)))) / sum(cov(x)))
  moments <- describe(x, type = 1)
  for (i in scales[[s]]) {
    put(paste0(s, ":", i, ":r_drop"), a$item.stats[i, "r.drop"])
    put(paste0(s, ":", i, ":alpha_drop"), a$alpha.drop[i, "raw_alpha"])
    put(paste0(s, ":", i, ":mean"), mean(x[[i]])); put(paste0(s, ":", i, ":sd"), sd(x[[i]]))
    put(paste0(s, ":", i, ":skew"), moments[i, "skew"])
    put(paste0(s, ":", i, ":kurtosis"), moments[i, "kurtosis"])
    put(paste0(s, ":", i, ":lowest"), mean(x[[i]] == min(x)))
    put(paste0(s, ":", i, ":highest"), mean(x[[i]] == max(x)))
  }
  for (covar in c(TRUE, FALSE)) {
    h <- splitHalf(x, raw = TRUE, covar = covar, check.keys = FALSE)
    metric <- if (covar) "" else "_standardized"
    put(paste0(s, ":guttman_high", metric), h$maxrb)
    put(paste0(s, ":guttman_low", metric), h$minrb)
    put(paste0(s, ":guttman_mean", metric), h$meanr)
  }
  odd <- rowSums(x[seq(1, k, 2)]); even <- rowSums(x[seq(2, k, 2)])
  put(paste0(s, ":spearman_brown"), 2 * cor(odd, even) / (1 + cor(odd, even)))
  put(paste0(s, ":guttman_odd_even"), 4 * cov(odd, even) / var(odd + even))
  one <- paste("f =~", paste0("l", 1:k, "*", scales[[s]], collapse = " + "), "\n",
    paste0(scales[[s]], " ~~ t", 1:k, "*", scales[[s]], collapse = "\n"), "\n",
    "omega := (", paste0("l", 1:k, collapse = " + "), ")^2 / ((",
    paste0("l", 1:k, collapse = " + "), ")^2 +", paste0("t", 1:k, collapse = " + "), ")\n",
    "ave := (", paste0("l", 1:k, "^2", collapse = " + "), ") / (",
    paste0("l", 1:k, "^2", collapse = " + "), "+", paste0("t", 1:k, collapse = " + "), ")")
  # iterates to the last digit, where the optimizer itself no longer reports convergence
  f <- suppressWarnings(cfa(one, x, std.lv = TRUE, optim.force.converged = TRUE,
    control = list(rel.tol = 1e-15, x.tol = 1e-15, iter.max = 5000)))
  p <- parameterEstimates(f)
  for (i in 1:k) {
    put(paste0(s, ":", scales[[s]][i], ":loading"), p$est[p$op == "=~"][i])
    put(paste0(s, ":", scales[[s]][i], ":uniqueness"), p$est[p$op == "~~"][i])
  }
  for (q in c("omega", "ave")) {
    put(paste0(s, ":", q), p$est[p$lhs == q]); put(paste0(s, ":", q, "_se"), p$se[p$lhs == q])
  }
  put(paste0(s, ":omega_semtools"), compRelSEM(f, tau.eq = FALSE, obs.var = FALSE))
  put(paste0(s, ":ave_semtools"), AVE(f))
}
model <- paste(sapply(c("tan", "rel", "emp"), function(s) paste(s, "=~", paste(scales[[s]], collapse = "+"))),
               collapse = "\n")
for (two in c(FALSE, TRUE)) {
  h <- htmt(model, d, absolute = TRUE, htmt2 = two)
  label <- if (two) "htmt2" else "htmt"
  put(paste0(label, ":tan:rel"), h["rel", "tan"]); put(paste0(label, ":tan:emp"), h["emp", "tan"])
  put(paste0(label, ":rel:emp"), h["emp", "rel"])
}
writeLines(c(paste("#", R.version.string),
             paste("# psych", packageVersion("psych"), "- lavaan", packageVersion("lavaan"),
                   "- semTools", packageVersion("semTools"))), "reliability_r.csv")
suppressWarnings(write.table(transform(out, value = sprintf("%.15g", value)), "reliability_r.csv", append = TRUE, sep = ",",
                             row.names = FALSE, quote = FALSE))
