# Meta-analyses of meta_studies.csv by metafor.
# Run in this folder: Rscript meta_analysis.R   (writes meta_studies.csv and meta_analysis.csv)
library(metafor)
bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
set.seed(4)
n <- c(24, 31, 40, 55, 60, 73, 129, 164); rho <- tanh(rnorm(8, .3, .02))
alike <- data.frame(yi = atanh(rho), vi = 1 / (n - 3), ablat = n, alloc = rep(c("a", "b"), 4))
few <- data.frame(yi = c(.1, .9, .4), vi = c(.01, .02, .04), ablat = 1:3, alloc = "a")
sets <- list(bcg = bcg, alike = alike, few = few)
keep <- do.call(rbind, lapply(names(sets), function(s)
  data.frame(set = s, y = as.numeric(sets[[s]]$yi), se = sqrt(as.numeric(sets[[s]]$vi)),
             latitude = sets[[s]]$ablat, allocation = sets[[s]]$alloc)))
header <- function(file) writeLines(c(paste("#", R.version.string),
                                      paste("# metafor", packageVersion("metafor"))), file)
write_out <- function(d, file) {
  header(file); options(digits = 15)
  suppressWarnings(write.table(d, file, append = TRUE, sep = ",", row.names = FALSE, quote = FALSE))
}
write_out(keep, "meta_studies.csv")
out <- data.frame()
put <- function(case, what, value) out <<- rbind(out, data.frame(case, what, value = as.numeric(value)))
control <- list(threshold = 1e-14, maxiter = 10000, tol = 1e-14)
one <- function(set, method, test, mods = NULL) {
  d <- sets[[set]]; d$lat <- d$ablat - mean(d$ablat); k <- nrow(d)
  for (level in c("random", "systematic")) d[[level]] <- (d$alloc == level) - mean(d$alloc == level)
  form <- if (is.null(mods)) ~ 1 else mods
  m <- rma(yi, vi, mods = form, data = d, method = method, test = test, control = control)
  case <- paste(set, method, test, if (is.null(mods)) "none" else paste(all.vars(mods), collapse = "+"))
  for (i in seq_along(coef(m))) {
    put(case, paste0("estimate:", i), coef(m)[i]); put(case, paste0("se:", i), m$se[i])
    put(case, paste0("statistic:", i), m$zval[i]); put(case, paste0("p:", i), m$pval[i])
    put(case, paste0("low:", i), m$ci.lb[i]); put(case, paste0("high:", i), m$ci.ub[i])
  }
  p <- if (is.null(mods)) predict(m) else predict(m, newmods = rep(0, length(coef(m)) - 1))
  put(case, "prediction_low", p$pi.lb); put(case, "prediction_high", p$pi.ub)
  put(case, "tau2", m$tau2); put(case, "i2", m$I2 / 100); put(case, "q", m$QE); put(case, "q_p", m$QEp)
  ci <- confint(m, control = list(tol = 1e-13))$random["tau^2", ]
  put(case, "tau2_low", ci["ci.lb"]); put(case, "tau2_high", ci["ci.ub"])
  if (is.null(mods)) {
    for (i in 1:k) {
      l <- rma(yi[-i], vi[-i], data = d, method = method, test = test, control = control)
      put(case, paste0("without:", i), coef(l)); put(case, paste0("without_low:", i), l$ci.lb)
      put(case, paste0("without_tau2:", i), l$tau2)
    }
    e <- summary(lm(yi ~ sqrt(vi), weights = 1 / vi, data = d))$coefficients[2, ]
    put(case, "egger", e[1]); put(case, "egger_se", e[2]); put(case, "egger_p", e[4])
  }
}
for (set in names(sets)) for (method in c("REML", "DL", "PM")) for (test in c("knha", "z"))
  one(set, method, test)
for (method in c("REML", "DL", "PM")) {
  one("bcg", method, "knha", ~ lat); one("bcg", method, "z", ~ lat + random + systematic)
}
write_out(out, "meta_analysis.csv")
