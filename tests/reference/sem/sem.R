# Reference values of lavaan for the structural equation tests.
# Run in this folder: Rscript sem.R   (reads answers.csv and answers_missing.csv, which
# make_data.py writes; writes estimates.csv, indices.csv, modification.csv, scores.csv,
# differences.csv and releases.csv)
# The optimiser is polished far beyond lavaan's defaults, so that 1e-6 can be asked for.
suppressMessages(library(lavaan))
data <- read.csv("answers.csv")
gaps <- read.csv("answers_missing.csv")
header <- paste0("# ", R.version.string, ", lavaan ", packageVersion("lavaan"), "; see sem.R")

three <- "seen =~ x1 + x2 + x3
read =~ x4 + x5 + x6
fast =~ x7 + x8 + x9"
structural <- paste(three, "
effort ~ a*seen + age + tenure
loyalty ~ b*effort + d*read + age
read ~ seen
fast ~ seen + read
x1 ~~ x4
indirect := a*b
ratio := (a*b - d)^2 / exp(d) + sqrt(b)")
path <- "effort ~ a*age + tenure
loyalty ~ b*effort + c*age
ab := a*b
total := ab + c"
fixed <- "seen =~ NA*x1 + l*x2 + l*x3
seen ~~ 1*seen
read =~ x4 + 0.9*x5 + start(0.8)*x6
x1 ~ 1
x4 ~ 1
x2 + x3 ~ m*1
x6 ~~ v*x6
x5 ~~ v*x5"
second <- paste(three, "\nall =~ seen + read + fast\nloyalty ~ all")
single <- "seen =~ x1 + x2 + x3\nwork =~ effort\nwork ~ seen"
random <- "effort ~ age + tenure\nage ~~ tenure\nloyalty ~ effort"
labels <- "seen =~ x1 + c(k,k)*x2 + c(u,w)*x3
read =~ x4 + x5 + x6
seen ~~ c(1, NA)*seen
gap := u - w"

polish <- list(rel.tol = 1e-14, iter.max = 20000, eval.max = 40000)
# Newton steps from where nlminb stops, in the space that the equality constraints leave.
fit_one <- function(model, frame = data, ...) {
  suppressWarnings({
    fit <- sem(model, frame, control = polish, optim.force.converged = TRUE,
               em.h1.tol = 1e-9, ...)
    for (step in 1:2) {
      inner <- fit@Model
      k <- if (inner@eq.constraints) inner@eq.constraints.K else diag(inner@nx.free)
      h <- crossprod(k, lavTech(fit, "hessian") %*% k)
      move <- k %*% solve(h, crossprod(k, as.numeric(lavTech(fit, "gradient"))))
      table <- parTable(fit)
      free <- table$free > 0
      table$est[free] <- table$est[free] - move[table$free[free]]
      fit <- sem(model, frame, start = table, optim.method = "none", fixed.x = TRUE,
                 em.h1.tol = 1e-9, ...)
    }
    # For incomplete data in several groups lavaan's second derivatives come from a gradient that
    # is not that of its objective (0.011 where the slope of the objective is 3e-6), so that the
    # steps above do not take; differences of the objective do.
    for (step in 1:2) if (rest(fit) > 1e-7) {
      k <- fit@Model@eq.constraints.K
      objective <- function(by) {
        moved <- lavaan:::lav_model_set_parameters(fit@Model, coef(fit) + as.numeric(k %*% by))
        as.numeric(lavaan:::lav_model_objective(moved, lavsamplestats = fit@SampleStats,
                                                lavdata = fit@Data, lavcache = fit@Cache))
      }
      q <- ncol(k)
      if (step == 1) {
        e <- diag(q) * 2e-3
        h <- matrix(0, q, q)
        for (i in seq_len(q)) for (j in seq_len(i)) {
          h[i, j] <- h[j, i] <- (objective(e[i, ] + e[j, ]) - objective(e[i, ] - e[j, ]) -
            objective(e[j, ] - e[i, ]) + objective(-e[i, ] - e[j, ])) / 1.6e-5
        }
      }
      move <- k %*% solve(h, crossprod(k, as.numeric(lavTech(fit, "gradient"))))
      table <- parTable(fit)
      free <- table$free > 0
      table$est[free] <- table$est[free] - move[table$free[free]]
      fit <- sem(model, frame, start = table, optim.method = "none", fixed.x = TRUE,
                 em.h1.tol = 1e-9, ...)
    }
    fit
  })
}
rest <- function(fit) {
  gradient <- as.numeric(lavTech(fit, "gradient"))
  if (fit@Model@eq.constraints) gradient <- crossprod(fit@Model@eq.constraints.K, gradient)
  max(abs(gradient))
}
equal <- c("loadings", "intercepts", "residuals")
fits <- list(
  cfa = fit_one(three),
  cfa_std_lv = fit_one(three, std.lv = TRUE),
  structural = fit_one(structural),
  path = fit_one(path),
  fixed = fit_one(fixed),
  second = fit_one(second),
  single = fit_one(single),
  random = fit_one(random),
  configural = fit_one(three, group = "region"),
  metric = fit_one(three, group = "region", group.equal = equal[1]),
  scalar = fit_one(three, group = "region", group.equal = equal[1:2]),
  strict = fit_one(three, group = "region", group.equal = equal),
  partial = fit_one(three, group = "region", group.equal = equal[1:2],
                    group.partial = c("x2~1", "x7~1")),
  scalar_std_lv = fit_one(three, group = "region", group.equal = equal[1:2], std.lv = TRUE),
  labels = fit_one(labels, group = "region"),
  structural_groups = fit_one("effort ~ age + c(s,s)*tenure\nloyalty ~ effort", group = "region"),
  fiml = fit_one(three, gaps, missing = "fiml"),
  fiml_structural = fit_one(structural, gaps, missing = "fiml"),
  fiml_scalar = fit_one(three, gaps, missing = "fiml", group = "region", group.equal = equal[1:2]),
  mlr = fit_one(three, estimator = "MLR"),
  mlr_structural = fit_one(structural, estimator = "MLR"),
  mlr_path = fit_one(path, estimator = "MLR"),
  mlr_configural = fit_one(three, estimator = "MLR", group = "region"),
  mlr_metric = fit_one(three, estimator = "MLR", group = "region", group.equal = equal[1]),
  mlr_scalar = fit_one(three, estimator = "MLR", group = "region", group.equal = equal[1:2]),
  mlr_fiml = fit_one(three, gaps, estimator = "MLR", missing = "fiml"),
  mlr_fiml_structural = fit_one(structural, gaps, estimator = "MLR", missing = "fiml"),
  mlr_fiml_scalar = fit_one(three, gaps, estimator = "MLR", missing = "fiml", group = "region",
                            group.equal = equal[1:2]),
  cluster = fit_one(three, estimator = "MLR", cluster = "team"),
  cluster_groups = fit_one(three, estimator = "MLR", cluster = "team", group = "region", group.equal = equal[1]),
  cluster_fiml = fit_one(three, gaps, estimator = "MLR", cluster = "team", missing = "fiml")
)

write_out <- function(frame, name) {
  writeLines(header, name)
  suppressWarnings(write.table(frame, name, sep = ",", row.names = FALSE, append = TRUE,
                               quote = TRUE))
}
in_r <- function(case) {
  fit <- fits[[case]]
  estimates <- parameterEstimates(fit, standardized = TRUE, remove.nonfree = FALSE)
  if (is.null(estimates$group)) estimates$group <- 1
  if (is.null(estimates$label)) estimates$label <- ""
  keep <- estimates$op %in% c("=~", "~", "~~", "~1", ":=")
  cbind(case = case, estimates[keep, c("lhs", "op", "rhs", "group", "est", "se", "std.all")])
}
write_out(do.call(rbind, lapply(names(fits), in_r)), "estimates.csv")
indices <- function(case) {
  values <- unclass(fitMeasures(fits[[case]]))
  data.frame(case = case, name = names(values), value = as.numeric(values))
}
write_out(do.call(rbind, lapply(names(fits), indices)), "indices.csv")
modification <- function(case) {
  frame <- modindices(fits[[case]])
  if (is.null(frame$group)) frame$group <- 1
  cbind(case = case, frame[, c("lhs", "op", "rhs", "group", "mi", "epc", "sepc.all")])
}
write_out(do.call(rbind, lapply(c("cfa", "structural", "second", "metric", "scalar", "fiml"),
                                modification)), "modification.csv")
scores <- function(case, method) {
  values <- lavPredict(fits[[case]], method = method)
  if (is.list(values)) values <- do.call(rbind, values)
  data.frame(case = case, method = method, row = seq_len(nrow(values)), values)
}
write_out(do.call(rbind, list(scores("cfa", "regression"), scores("cfa", "Bartlett"),
                              scores("scalar", "regression"), scores("scalar", "Bartlett"))),
          "scores.csv")
difference <- function(name, restricted, general, ...) {
  frame <- suppressWarnings(lavTestLRT(fits[[general]], fits[[restricted]], ...))
  data.frame(case = name, restricted = restricted, general = general,
             chi_square = frame[2, "Chisq diff"], df = frame[2, "Df diff"],
             p_value = frame[2, "Pr(>Chisq)"])
}
write_out(rbind(
  difference("plain", "metric", "configural"),
  difference("plain", "scalar", "metric"),
  difference("2001", "mlr_metric", "mlr_configural", method = "satorra.bentler.2001"),
  difference("2001", "mlr_scalar", "mlr_metric", method = "satorra.bentler.2001"),
  difference("2010", "mlr_metric", "mlr_configural", method = "satorra.bentler.2010"),
  difference("2010", "mlr_scalar", "mlr_metric", method = "satorra.bentler.2010")
), "differences.csv")
release <- function(case) {
  uni <- suppressWarnings(lavTestScore(fits[[case]]))$uni
  table <- parTable(fits[[case]])
  at <- match(uni$lhs, table$plabel)
  data.frame(case = case, lhs = table$lhs[at], op = table$op[at], rhs = table$rhs[at],
             statistic = uni$X2, df = uni$df, p_value = uni$p.value)
}
write_out(do.call(rbind, lapply(c("metric", "scalar"), release)), "releases.csv")
print(signif(sapply(fits, rest), 2))
