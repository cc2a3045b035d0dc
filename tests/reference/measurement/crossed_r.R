# Variance components of crossed_ratings.csv by REML, by R.
# Run in this folder: Rscript crossed_r.R   (writes crossed_r.csv)
# Limits of the shares: lme4's restricted criterion (devfun) profiled by nlminb and uniroot.
suppressMessages(library(lme4))
d <- read.csv("crossed_ratings.csv")
out <- data.frame(name = character(), value = numeric())
put <- function(name, value) out[nrow(out) + 1, ] <<- list(name, as.numeric(value))
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-11, maxfun = 1e5))
terms <- c(client = "client", supplier = "supplier", rater = "rater", dyad = "client:supplier")
best <- function(f, start) {
  from <- list(start, rep(.5, length(start)), rep(.1, length(start)))
  min(sapply(from, function(s) nlminb(s, f, lower = 0,
    control = list(rel.tol = 1e-14, x.tol = 1e-10, iter.max = 1000, eval.max = 5000))$objective))
}
one <- function(name, score, sources, limits = FALSE) {
  form <- as.formula(paste(score, "~ 1 +", paste0("(1|", terms[sources], ")", collapse = "+")))
  fit <- suppressMessages(lmer(form, d, REML = TRUE, control = control))
  v <- as.data.frame(VarCorr(fit)); variance <- setNames(v$vcov, v$grp)
  for (s in sources) put(paste(name, s, sep = ":"), variance[terms[[s]]])
  put(paste0(name, ":residual"), sigma(fit)^2)
  put(paste0(name, ":criterion"), REMLcrit(fit)); put(paste0(name, ":mean"), fixef(fit))
  if (!limits) return(invisible())
  devfun <- lmer(form, d, REML = TRUE, control = control, devFunOnly = TRUE)
  theta <- getME(fit, "theta"); groups <- sub("\\..*", "", names(theta))
  target <- REMLcrit(fit) + qchisq(.95, 1)
  for (s in c(sources, "residual")) {
    k <- if (s == "residual") 0 else match(terms[[s]], groups)
    rise <- function(p) {
      if (k > 0) {
        at <- function(z) {
          full <- append(z, sqrt(p / (1 - p) * (1 + sum(z^2))), k - 1); devfun(full)
        }
        best(at, theta[-k]) - target
      } else {  # the ratios sum to (1 - p) / p; the last is what the first leave
        at <- function(z) devfun(sqrt((1 - p) / p * z^2 / sum(z^2)))
        best(at, theta + .05) - target
      }
    }
    share <- if (k > 0) theta[k]^2 / (1 + sum(theta^2)) else 1 / (1 + sum(theta^2))
    low <- if (rise(1e-4) <= 0) 0 else uniroot(rise, c(1e-4, share), tol = 1e-9)$root
    put(paste(name, s, "low", sep = ":"), low)
    put(paste(name, s, "high", sep = ":"), uniroot(rise, c(share + 1e-6, .98), tol = 1e-9)$root)
  }
}
all <- names(terms)
one("full", "score", all, limits = TRUE)
one("flat", "flat", all)
one("no_supplier", "score", c("client", "rater"))
one("no_rater", "score", c("client", "supplier", "dyad"))
one("client_only", "score", "client")
file <- "crossed_r.csv"
writeLines(c(paste("#", R.version.string), paste("# lme4", packageVersion("lme4"))), file)
out$value <- sprintf("%.15g", out$value)
suppressWarnings(write.table(out, file, append = TRUE, sep = ",", row.names = FALSE, quote = FALSE))
