# Reference values of the alignment: the configural model by lavaan, the simplicity function
# written down again and minimised by optim and nlm from 13 starts.
# Run in this folder: Rscript alignment.R   (reads sites.csv, which make_data.py writes; writes
# alignment.csv)
suppressMessages(library(lavaan))
data <- read.csv("sites.csv")
header <- paste0("# ", R.version.string, ", lavaan ", packageVersion("lavaan"), "; see alignment.R")
model <- "inside =~ a1 + a2 + a3 + a4
outside =~ b1 + b2 + b3 + b4"
sites <- sort(unique(data$site))
G <- length(sites)
fit <- cfa(model, data, group = "site", group.label = sites, std.lv = TRUE, meanstructure = TRUE,
           optim.force.converged = TRUE,
           control = list(rel.tol = 1e-15, iter.max = 20000, eval.max = 40000))
table <- parTable(fit)
n <- as.numeric(lavInspect(fit, "nobs"))
w <- sqrt(outer(n, n))
pairs <- which(upper.tri(w), arr.ind = TRUE)
weight <- w[pairs]
f <- function(x, eps) (x^2 + eps)^0.25
F <- function(l0, n0, alpha, s, eps) {
  l <- sweep(l0, 2, exp(s), "/")
  v <- n0 - sweep(l, 2, alpha, "*")
  total <- 0
  for (k in seq_len(nrow(pairs))) {
    i <- pairs[k, 1]; j <- pairs[k, 2]
    total <- total + weight[k] * sum(f(l[, i] - l[, j], eps) + f(v[, i] - v[, j], eps))
  }
  total
}
split_up <- function(theta, free) {
  alpha <- if (free) theta[1:G] else c(0, theta[1:(G - 1)])
  rest <- theta[-seq_len(G - !free)]
  list(alpha = alpha, s = c(-sum(rest), rest))
}
solve_for <- function(l0, n0, free, eps, starts) {
  target <- function(theta) {
    at <- split_up(theta, free)
    F(l0, n0, at$alpha, at$s, eps) / sum(weight)
  }
  best <- NULL
  for (start in starts) {
    for (i in 1:3) {
      out <- optim(start, target, method = "BFGS",
                   control = list(reltol = 1e-16, maxit = 5000, ndeps = rep(1e-5, length(start))))
      start <- out$par
    }
    if (is.null(best) || out$value < best$value) best <- out
  }
  nlm(target, best$par, gradtol = 1e-12, steptol = 1e-14, iterlim = 1000, ndigit = 15,
      stepmax = 0.01)$estimate
}
told <- function(l0, n0, theta, free) {
  at <- split_up(theta, free)
  l <- sweep(l0, 2, exp(at$s), "/")
  v <- n0 - sweep(l, 2, at$alpha, "*")
  unit <- exp(at$s[1])
  list(mean = at$alpha / unit, variance = exp(2 * at$s) / unit^2, loading = l * unit, intercept = v)
}
set.seed(1)
rows <- list()
for (latent in c("inside", "outside")) for (free in c(FALSE, TRUE)) for (eps in c(0.01, 0.001)) {
  items <- unique(table$rhs[table$op == "=~" & table$lhs == latent])
  pick <- function(op, item) {
    keep <- if (op == "=~") table$op == op & table$lhs == latent & table$rhs == item
            else table$op == op & table$lhs == item
    table$est[keep][order(table$group[keep])]
  }
  l0 <- t(sapply(items, function(item) pick("=~", item)))
  n0 <- t(sapply(items, function(item) pick("~1", item)))
  size <- 2 * G - 2 + free
  starts <- c(list(rep(0, size)), lapply(1:12, function(i) rnorm(size) * 0.4))
  theta <- solve_for(l0, n0, free, eps, starts)
  at <- told(l0, n0, theta, free)
  add <- function(name, item, values) rows[[length(rows) + 1]] <<- data.frame(
    latent = latent, method = if (free) "free" else "fixed", tolerance = eps, name = name,
    item = item, group = sites, value = values)
  add("mean", "", at$mean)
  add("variance", "", at$variance)
  for (i in seq_along(items)) {
    add("loading", items[i], at$loading[i, ])
    add("intercept", items[i], at$intercept[i, ])
  }
}
writeLines(header, "alignment.csv")
suppressWarnings(write.table(do.call(rbind, rows), "alignment.csv", sep = ",", row.names = FALSE,
                             append = TRUE, quote = TRUE))
