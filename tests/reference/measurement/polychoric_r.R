# Polychoric correlations and thresholds of mixed_items.csv and service_items.csv, by R.
# Run in this folder: Rscript polychoric_r.R   (writes polychoric_r.csv)
# Each pair is fitted by lavaan::lavCor (two-step, as shipped) and again by the two-step likelihood
# with R's integrate() at a tolerance of 1e-13 and uniroot() on its slope: lavaan's own
# optimizer stops about 1e-7 short.
suppressMessages({library(lavaan); library(psych)})
out <- data.frame(name = character(), value = numeric())
put <- function(name, value) out[nrow(out) + 1, ] <<- list(name, as.numeric(value))
cut_points <- function(x) qnorm(cumsum(table(x))[-length(table(x))] / sum(table(x)))
cdf <- function(h, k, r) {  # P(X <= h, Y <= k)
  if (h == -Inf || k == -Inf) return(0)
  if (h == Inf) return(pnorm(k)); if (k == Inf) return(pnorm(h))
  low <- -40; f <- function(x) dnorm(x) * pnorm((k - r * x) / sqrt(1 - r^2))
  breaks <- sort(unique(c(-9, -3, -1, 0, 1, 3, h))); breaks <- breaks[breaks <= h]
  sum(mapply(function(a, b) integrate(f, a, b, rel.tol = 1e-13, abs.tol = 1e-15,
                                      subdivisions = 500)$value,
             c(low, breaks[-length(breaks)]), breaks))
}
density <- function(h, k, r) {
  if (is.infinite(h) || is.infinite(k)) return(0)
  exp(-(h^2 - 2 * r * h * k + k^2) / (2 * (1 - r^2))) / (2 * pi * sqrt(1 - r^2))
}
grid <- function(f, h, k, r) outer(seq_along(h), seq_along(k),
                                   Vectorize(function(i, j) f(h[i], k[j], r)))
cells <- function(g) g[-1, -1] - g[-nrow(g), -1] - g[-1, -ncol(g)] + g[-nrow(g), -ncol(g)]
slope <- function(r, n, h, k) {
  p <- cells(grid(cdf, h, k, r)); d <- cells(grid(density, h, k, r))
  sum(ifelse(n > 0, n * d / p, 0))
}
exact <- function(x, y, start) {
  n <- unclass(table(x, y)); h <- c(-Inf, cut_points(x), Inf); k <- c(-Inf, cut_points(y), Inf)
  uniroot(slope, start + c(-1e-3, 1e-3), n = n, h = h, k = k, tol = 1e-14, extendInt = "downX")$root
}
one <- function(label, d, exactly = TRUE) {
  d[] <- lapply(d, ordered)
  r <- unclass(lavCor(d, ordered = names(d), missing = "listwise"))
  t <- unclass(lavCor(d, ordered = names(d), missing = "listwise", output = "th"))
  for (name in names(t)) put(paste0(label, ":threshold:", name), t[[name]])
  for (j in 2:ncol(d)) for (i in 1:(j - 1)) {
    pair <- paste0(names(d)[i], "~", names(d)[j])
    put(paste0(label, ":lavaan:", pair), r[i, j])
    if (exactly) put(paste0(label, ":exact:", pair), exact(d[[i]], d[[j]], r[i, j]))
  }
  r
}
mixed <- one("mixed", read.csv("mixed_items.csv"))
service <- na.omit(read.csv("service_items.csv"))
r <- one("service", service, exactly = FALSE)
a <- suppressWarnings(alpha(r, check.keys = FALSE)); put("service:alpha", a$total$raw_alpha)
f <- factanal(covmat = r, factors = 1, n.obs = nrow(service),
              control = list(opt = list(factr = 1, pgtol = 1e-12, maxit = 5000)))
l <- as.numeric(f$loadings); put("service:omega", sum(l)^2 / (sum(l)^2 + sum(f$uniquenesses)))
for (rho in c(-.9999, -.95, -.3, 0, .5, .93, .9999)) for (h in c(-3, 0, .7)) for (k in c(-1.2, 0, 2.5))
  put(paste("cdf", h, k, rho, sep = ":"), cdf(h, k, rho))
# a table of two by two with an empty cell: lavaan moves half an answer, margins kept
two <- data.frame(a = rep(c(1, 1, 2, 2), c(20, 0, 7, 13)), b = rep(c(1, 2, 1, 2), c(20, 0, 7, 13)))
two[] <- lapply(two, ordered)
put("empty:2x2", unclass(lavCor(two, ordered = c("a", "b")))[1, 2])
writeLines(c(paste("#", R.version.string),
             paste("# lavaan", packageVersion("lavaan"), "- psych", packageVersion("psych"))),
           "polychoric_r.csv")
out$value <- sprintf("%.15g", out$value)
suppressWarnings(write.table(out, "polychoric_r.csv", append = TRUE, sep = ",",
                             row.names = FALSE, quote = FALSE))
