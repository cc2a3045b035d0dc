# Reference values of lavaan's WLSMV and of semTools' ordinal invariance.
# Run in this folder: Rscript ordinal.R   (reads ordinal.csv, which make_ordinal.py writes; writes
# ordinal_estimates.csv, ordinal_indices.csv, ordinal_modification.csv, ordinal_differences.csv
# and ordinal_gamma.csv)
# Gauss-Newton steps follow nlminb, so that gradients are near 0.
suppressMessages({library(lavaan); library(semTools)})
data <- read.csv("ordinal.csv")
header <- paste0("# ", R.version.string, ", lavaan ", packageVersion("lavaan"), ", semTools ",
                 packageVersion("semTools"), "; see ordinal.R")
three <- function(l) paste0("seen =~ ", l, "1 + ", l, "2 + ", l, "3\nread =~ ", l, "4 + ", l,
                            "5 + ", l, "6\nfast =~ ", l, "7 + ", l, "8 + ", l, "9")
structural <- "seen =~ f1 + f2 + f3
read =~ f4 + a*f5 + a*f6
read ~ b*seen
t7 ~ c*read + seen
s8 ~ read
f1 ~~ f4
indirect := b*c"
# lavaan 0.6-14 solves the residual variance of s8 without the path from t7 under the delta
# parameterisation, so that its variance is not 1: theta only.
mediator <- sub("s8 ~ read", "s8 ~ t7 + read", structural)
second <- paste(three("f"), "\nall =~ seen + read + fast")
labels <- "seen =~ f1 + c(k,k)*f2 + f3
f1 | c(a,a)*t1 + c(b,b)*t2 + c(d,d)*t3 + c(e,e)*t4
f2 | c(g,g)*t1 + t2 + c(h,h)*t3 + t4
f1 ~*~ c(1,NA)*f1
f1 ~ c(0,NA)*1
f3 ~ c(0,NA)*1
f3 | c(m,m)*t1
seen ~~ c(1,NA)*seen
gap := h - g"
# Metric invariance of items of which two have 2 categories: those join at the scalar level.
cuts <- function(i) seq_len(max(data[[paste0("m", i)]]) - 1)
mixed_metric <- paste0("seen =~ NA*m1 + m2 + c(l3,l3)*m3
read =~ NA*m4 + c(l4,l4)*m4 + c(l5,l5)*m5 + c(l6,l6)*m6
fast =~ NA*m7 + c(l7,l7)*m7 + c(l8,l8)*m8 + c(l9,l9)*m9
seen ~~ c(1,NA)*seen
read ~~ c(1,NA)*read
fast ~~ c(1,NA)*fast
", paste0("m", 3:9, " ~ c(0,NA)*1", collapse = "\n"), "\n",
  paste0("m", 3:9, " ~~ c(1,NA)*m", 3:9, collapse = "\n"), "\n",
  paste(sapply(3:9, function(i) paste0("m", i, " | c(m", i, "t", cuts(i), ",m", i, "t", cuts(i),
                                       ")*t", cuts(i), collapse = "\n")), collapse = "\n"))

polish <- list(rel.tol = 1e-12, iter.max = 20000, eval.max = 40000)
# Gauss-Newton steps from where nlminb stops, in the space that equality constraints leave.
fit_one <- function(model, ..., frame = data) {
  suppressWarnings({
    fit <- sem(model, frame, ordered = TRUE, estimator = "WLSMV", control = polish, se = "none",
               test = "none", baseline = FALSE, ...)
    for (step in 1:STEPS) {
      inner <- fit@Model
      k <- if (inner@eq.constraints) inner@eq.constraints.K else diag(inner@nx.free)
      h <- crossprod(k, lavTech(fit, "information.expected") %*% k)
      slope <- crossprod(k, as.numeric(lavTech(fit, "gradient")))
      move <- k %*% solve(h, slope)
      table <- parTable(fit)
      free <- table$free > 0
      table$est[free] <- table$est[free] - move[table$free[free]]
      last <- step == STEPS
      fit <- sem(model, frame, ordered = TRUE, estimator = "WLSMV", start = table,
                 optim.method = "none", se = if (last) "robust.sem" else "none",
                 test = if (last) "scaled.shifted" else "none", baseline = last, ...)
    }
    fit
  })
}
STEPS <- 8
kinds <- c("b", "t", "f", "s", "k", "m")
fits <- setNames(lapply(kinds, function(l) fit_one(three(l))), kinds)
fits$std_lv <- fit_one(three("f"), std.lv = TRUE)
fits$theta <- fit_one(three("f"), parameterization = "theta")
fits$structural <- fit_one(structural)
fits$mediator <- fit_one(mediator, parameterization = "theta")
fits$second <- fit_one(second)
fits$groups <- fit_one(three("f"), group = "region")
fits$groups_loadings <- fit_one(three("f"), group = "region", group.equal = "loadings")
fits$labels <- fit_one(labels, group = "region")
# b4 and b5 have an empty cell in these rows
fits$empty_cell <- fit_one("one =~ b1 + b2 + b4 + b5 + b8", frame = data[1:70, ])
levels <- list(configural = "", thresholds = "thresholds", metric = c("thresholds", "loadings"),
               scalar = c("thresholds", "loadings", "intercepts"),
               strict = c("thresholds", "loadings", "intercepts", "residuals"))
# Items of two categories need more of them per factor.
one <- paste0("one =~ ", paste0("b", 1:9, collapse = " + "))
invariant <- function(l, level, ...) {
  syntax <- suppressWarnings(measEq.syntax(
    if (l == "b") one else three(l), data = data, ordered = paste0(l, 1:9), group = "region", ID.fac = "std.lv",
    ID.cat = "Wu.Estabrook.2016", parameterization = "theta", group.equal = levels[[level]], ...))
  fit_one(as.character(syntax), group = "region", parameterization = "theta")
}
ladders <- list(f = names(levels), t = c("configural", "metric", "scalar", "strict"),
                b = c("configural", "scalar", "strict"), m = c("configural", "thresholds", "scalar", "strict"))
for (l in names(ladders)) for (level in ladders[[l]])
  fits[[paste(l, level, sep = "_")]] <- invariant(l, level)
fits$m_metric <- fit_one(mixed_metric, group = "region", parameterization = "theta")
fits$f_partial <- invariant("f", "scalar", group.partial = c("f2|t1", "read=~f5"))

write_out <- function(frame, name) {
  writeLines(header, name)
  suppressWarnings(write.table(frame, name, sep = ",", row.names = FALSE, append = TRUE, quote = TRUE))
}
in_r <- function(case) {
  estimates <- parameterEstimates(fits[[case]], standardized = TRUE)
  if (is.null(estimates$group)) estimates$group <- 1
  cbind(case = case, estimates[, c("lhs", "op", "rhs", "group", "est", "se", "std.all")])
}
shown <- c("b", "f", "m", "std_lv", "theta", "structural", "mediator", "second", "groups_loadings",
           "labels", "empty_cell", "f_scalar", "f_partial", "b_scalar")
write_out(do.call(rbind, lapply(shown, in_r)), "ordinal_estimates.csv")
wanted <- c("npar", "chisq", "df", "pvalue", "chisq.scaled", "pvalue.scaled", "chisq.scaling.factor",
            "baseline.chisq", "baseline.df", "baseline.chisq.scaled", "baseline.pvalue.scaled",
            "baseline.chisq.scaling.factor", "cfi", "tli", "cfi.scaled", "tli.scaled", "cfi.robust",
            "tli.robust", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "rmsea.scaled",
            "rmsea.ci.lower.scaled", "rmsea.ci.upper.scaled", "rmsea.robust", "rmsea.ci.lower.robust",
            "rmsea.ci.upper.robust", "srmr")
indices <- function(case) {
  values <- unclass(fitMeasures(fits[[case]]))[wanted]
  own <- suppressWarnings(unlist(lavaan:::lav_fit_catml_dwls(fits[[case]])))
  data.frame(case = case, name = c(wanted, paste0("catml.", names(own)), "shift"),
             value = c(as.numeric(values), as.numeric(own),
                       fits[[case]]@test[["scaled.shifted"]]$shift.parameter))
}
write_out(do.call(rbind, lapply(names(fits), indices)), "ordinal_indices.csv")
modification <- function(case) {
  frame <- modindices(fits[[case]])
  if (is.null(frame$group)) frame$group <- 1
  cbind(case = case, frame[, c("lhs", "op", "rhs", "group", "mi", "epc", "sepc.all")])
}
write_out(do.call(rbind, lapply(c("f", "groups_loadings"), modification)), "ordinal_modification.csv")
difference <- function(restricted, general) {
  frame <- suppressWarnings(lavTestLRT(fits[[general]], fits[[restricted]], method = "satorra.2000",
                                       A.method = "delta"))
  data.frame(restricted = restricted, general = general, chi_square = frame[2, "Chisq diff"],
             df = frame[2, "Df diff"], p_value = frame[2, "Pr(>Chisq)"])
}
ladders$m <- c("configural", "thresholds", "metric", "scalar", "strict")
steps <- do.call(rbind, lapply(names(ladders), function(l) {
  names <- paste(l, ladders[[l]], sep = "_")
  do.call(rbind, Map(difference, names[-1], names[-length(names)]))
}))
write_out(rbind(steps, difference("groups_loadings", "groups")), "ordinal_differences.csv")
gamma <- lavTech(fit_one("seen =~ m1 + m2 + m3 + m4 + m5 + m6"), "gamma")[[1]]
write_out(data.frame(row = row(gamma)[lower.tri(gamma, TRUE)], column = col(gamma)[lower.tri(gamma, TRUE)],
                     value = gamma[lower.tri(gamma, TRUE)]), "ordinal_gamma.csv")
rest <- function(fit) {
  gradient <- as.numeric(lavTech(fit, "gradient"))
  if (fit@Model@eq.constraints) gradient <- crossprod(fit@Model@eq.constraints.K, gradient)
  max(abs(gradient))
}
print(signif(sapply(fits, rest), 2))
