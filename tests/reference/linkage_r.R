# Correlations, partial correlations and the line of linkage_units.csv, by R.
# Run in this folder: Rscript linkage_r.R   (writes linkage_r.csv and line_r.csv)
library(psych)
d <- read.csv("linkage_units.csv", stringsAsFactors = TRUE)
header <- function(file) writeLines(c(
  paste("#", R.version.string),
  paste("# psych", packageVersion("psych"), "- stats", packageVersion("stats"))), file)
out <- data.frame()
put <- function(case, level, r, low, high, t, df, p, n)
  out <<- rbind(out, data.frame(case = case, level = level, r = r, ci_low = low, ci_high = high,
                                t = t, df = df, p = p, n = n))

for (level in c(.95, .90)) {
  k <- cor.test(d$inside, d$outside, conf.level = level)
  put("pearson", level, k$estimate, k$conf.int[1], k$conf.int[2], k$statistic, k$parameter,
      k$p.value, nrow(d))
}

# Spearman: rho by cor.test; interval after Bonett and Wright (2000), t as for any r
t_of <- function(r, df) r * sqrt(df / (1 - r^2))
rank_row <- function(case, r, n, c, level = .95) {
  se <- sqrt((1 + r^2 / 2) / (n - 3 - c)); q <- qnorm((1 + level) / 2)
  t <- t_of(r, n - 2 - c)
  put(case, level, r, tanh(atanh(r) - q * se), tanh(atanh(r) + q * se), t, n - 2 - c,
      2 * pt(-abs(t), n - 2 - c), n)
}
rho <- unname(suppressWarnings(cor.test(d$inside, d$outside, method = "spearman"))$estimate)
rank_row("spearman", rho, nrow(d), 0)

# partial correlations: psych::partial.r on numeric columns, region as two indicators
d$south <- as.numeric(d$region == "south"); d$west <- as.numeric(d$region == "west")
partial_row <- function(case, controls, method) {
  c <- length(controls); n <- nrow(d)
  r <- partial.r(d[, c("inside", "outside", controls)], x = c("inside", "outside"),
                 y = controls, method = method)[1, 2]
  if (method == "spearman") return(rank_row(case, r, n, c))
  ci <- r.con(r, n - c, p = .95)              # psych: Fisher interval with n - c
  t <- t_of(r, n - 2 - c)
  put(case, .95, r, ci[1], ci[2], t, n - 2 - c, 2 * pt(-abs(t), n - 2 - c), n)
}
partial_row("partial_size", "size", "pearson")
partial_row("partial_size_load_region", c("size", "load", "south", "west"), "pearson")
partial_row("partial_spearman_size_region", c("size", "south", "west"), "spearman")

# the same by regression: t of the internal score in a multiple regression
s <- summary(lm(outside ~ inside + size + load + region, d))$coefficients["inside", ]
put("regression_t", NA, NA, NA, NA, s[3], 40 - 6, s[4], 40)
header("linkage_r.csv")
options(digits = 15)
suppressWarnings(write.table(format(out, digits = 15), "linkage_r.csv", append = TRUE, sep = ",",
                             row.names = FALSE, quote = FALSE))

fit <- lm(outside ~ inside, d)
grid <- seq(min(d$inside), max(d$inside), length.out = 101)
band <- predict(fit, data.frame(inside = grid), interval = "confidence", level = .95)
line <- data.frame(x = grid, fit = band[, 1], ci_low = band[, 2], ci_high = band[, 3])
line$slope <- coef(fit)[2]
line$slope_low <- confint(fit)[2, 1]
line$slope_high <- confint(fit)[2, 2]
header("line_r.csv")
suppressWarnings(write.table(format(line, digits = 15), "line_r.csv", append = TRUE, sep = ",",
                             row.names = FALSE, quote = FALSE))
