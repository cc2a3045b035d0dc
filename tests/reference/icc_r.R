# Variance components of ratings.csv (unequal units), by R.
# Run in this folder: Rscript icc_r.R   (writes icc_r.csv)
# The analysis of variance gives k*, the components and the interval of ICC(1) by formula;
# multilevel gives ICC2 (the same formula) and, on the balanced part, ICC1;
# lme4 is a sanity oracle only: REML is another estimator.
suppressMessages({library(multilevel); library(lme4)})
d <- read.csv("ratings.csv", stringsAsFactors = TRUE)
one <- function(case, d, level = .95) {
  a <- aov(score ~ unit, d); m <- summary(a)[[1]]
  msb <- m[1, 3]; msw <- m[2, 3]; g <- nlevels(d$unit); n <- table(d$unit)
  k <- (sum(n) - sum(n^2) / sum(n)) / (g - 1)
  f <- msb / msw; tail <- (1 - level) / 2
  fl <- f / qf(1 - tail, g - 1, sum(n) - g); fu <- f / qf(tail, g - 1, sum(n) - g)
  v <- as.data.frame(VarCorr(lmer(score ~ 1 + (1 | unit), d)))$vcov
  data.frame(case = case, k = k, between = (msb - msw) / k, within = msw,
             icc_1 = (msb - msw) / (msb + (k - 1) * msw),
             icc_1_low = (fl - 1) / (fl + k - 1), icc_1_high = (fu - 1) / (fu + k - 1),
             icc_1_multilevel = ICC1(a), icc_2 = ICC2(a), units = g, n = sum(n),
             lme4_between = v[1], lme4_within = v[2])
}
balanced <- droplevels(do.call(rbind, lapply(split(d, d$unit),
  function(u) if (nrow(u) >= 6) u[1:6, ])))
out <- rbind(one("unequal", d), one("balanced", balanced))
writeLines(c(paste("#", R.version.string),
             paste("# multilevel", packageVersion("multilevel"), "- lme4", packageVersion("lme4"))),
           "icc_r.csv")
suppressWarnings(write.table(format(out, digits = 15), "icc_r.csv", append = TRUE, sep = ",",
                             row.names = FALSE, quote = FALSE))
