# Bias-corrected and accelerated intervals of a correlation, by R's boot.
# Run in this folder: Rscript resampling_r.R   (writes resampling_r.csv and resampling_draws_r.csv)
# The law school data of Efron and Tibshirani (1993, An introduction to the bootstrap, table 3.1).
library(boot)
lsat <- c(576, 635, 558, 578, 666, 580, 555, 661, 651, 605, 653, 575, 545, 572, 594)
gpa <- c(3.39, 3.30, 2.81, 3.03, 3.44, 3.07, 3.00, 3.43, 3.36, 3.13, 3.12, 2.74, 2.76, 2.88, 2.96)
pair <- rep(1:5, each = 3)  # clusters of three schools
r <- function(rows) cor(lsat[rows], gpa[rows])
jackknife <- function(sets) sapply(sets, function(without) r(setdiff(seq_along(lsat), without)))
out <- data.frame(name = character(), value = numeric())
put <- function(name, value) out[nrow(out) + 1, ] <<- list(name, as.numeric(value))
drawn <- list()
for (by in c("row", "cluster")) {
  sets <- if (by == "row") as.list(seq_along(lsat)) else split(seq_along(lsat), pair)
  set.seed(20)
  b <- boot(seq_along(sets), function(d, i) r(unlist(sets[i])), R = 999)
  left <- jackknife(sets)
  put(paste0(by, ":value"), b$t0)
  for (i in seq_along(left)) put(paste0(by, ":left_out_", i), left[i])
  put(paste0(by, ":jackknife_se"), sqrt((length(left) - 1) * mean((left - mean(left))^2)))
  for (level in c(.90, .95)) {
    interval <- boot.ci(b, conf = level, type = "bca", L = mean(left) - left)$bca
    # boot shows the places of the limits rounded to two decimals: the same by its formula
    a <- sum((mean(left) - left)^3) / (6 * sum((mean(left) - left)^2)^1.5)
    w <- qnorm(sum(b$t < b$t0) / b$R)
    z <- w + qnorm(c(1 - level, 1 + level) / 2)
    levels <- pnorm(w + z / (1 - a * z))
    stopifnot(abs(levels * (b$R + 1) - interval[1, 2:3]) < 0.00501)
    limits <- quantile(b$t, levels, type = 7)
    plain <- quantile(b$t, c(1 - level, 1 + level) / 2, type = 7)
    for (side in 1:2) {
      key <- paste0(by, ":", level, c(":low", ":high")[side])
      put(paste0(key, ":bca"), limits[side])
      put(paste0(key, ":boot"), interval[1, 3 + side])
      put(paste0(key, ":percentile"), plain[side])
    }
  }
  drawn[[by]] <- as.numeric(b$t)
}
head <- c(paste("#", R.version.string), paste("# boot", packageVersion("boot")))
write_with_head <- function(frame, file) {
  writeLines(head, file)
  suppressWarnings(write.table(format(frame, digits = 17, trim = TRUE), file, append = TRUE,
                               sep = ",", quote = FALSE, row.names = FALSE))
}
write_with_head(out, "resampling_r.csv")
write_with_head(as.data.frame(drawn), "resampling_draws_r.csv")
