# Agreement and intraclass correlations of unit_ratings.csv, by R.
# Run in this folder: Rscript agreement_r.R   (writes agreement_r.csv and agreement_units_r.csv)
# multilevel::ICC1 averages unequal units arithmetically; icc_1_weighted takes k*.
suppressMessages(library(multilevel))
d <- read.csv("unit_ratings.csv")
out <- data.frame(name = character(), value = numeric())
put <- function(name, value) out[nrow(out) + 1, ] <<- list(name, as.numeric(value))
complete <- na.omit(d)
complete$mean <- rowMeans(complete[paste0("s", 1:4)])
one <- function(name, score, unit) {
  unit <- factor(unit[!is.na(score)]); score <- score[!is.na(score)]
  a <- aov(score ~ unit); m <- summary(a)[[1]]
  msb <- m[1, 3]; msw <- m[2, 3]; g <- nlevels(unit); n <- table(unit)
  k <- (sum(n) - sum(n^2) / sum(n)) / (g - 1); size <- sum(n) / g
  f <- msb / msw; fl <- f / qf(.975, g - 1, sum(n) - g); fu <- f / qf(.025, g - 1, sum(n) - g)
  put(paste0(name, ":icc_1"), ICC1(a)); put(paste0(name, ":icc_2"), ICC2(a))
  put(paste0(name, ":icc_1_low"), (fl - 1) / (fl + size - 1))
  put(paste0(name, ":icc_1_high"), (fu - 1) / (fu + size - 1))
  put(paste0(name, ":icc_1_weighted"), (msb - msw) / (msb + (k - 1) * msw))
  put(paste0(name, ":icc_2_low"), 1 - 1 / fl); put(paste0(name, ":icc_2_high"), 1 - 1 / fu)
  put(paste0(name, ":f"), m[1, 4]); put(paste0(name, ":p"), m[1, 5])
  put(paste0(name, ":units"), g); put(paste0(name, ":n"), sum(n))
}
for (s in paste0("s", 1:4)) one(s, d[[s]], d$unit)
one("mean", complete$mean, complete$unit)
one("noise", rep_len(c(1, 7, 2, 6, 4, 4), nrow(d)), d$unit)
items <- complete[paste0("s", 1:4)]
units <- data.frame(unit = sort(unique(complete$unit)))
set.seed(20250704)
nulls <- c(uniform = 4, slight_skew = 2.90, moderate_skew = 2.14, heavy_skew = 1.39,
           triangular = 2.10, normal = 1.40)
for (null in names(nulls)) {
  units[[null]] <- rwg.j(items, complete$unit, ranvar = nulls[[null]])$rwg.j
  units[[paste0("star_", null)]] <-
    rwg.j.lindell(items, complete$unit, ranvar = nulls[[null]])$rwg.lindell
}
single <- rwg(complete$s1, complete$unit, ranvar = 4)
units$n <- single$gsize; units$single <- single$rwg
for (u in c("u00", "u02", "u09", "u20")) {  # share of random units that agree as much
  row <- units[units$unit == u, ]
  for (related in c(FALSE, TRUE)) {
    cors <- if (related) matrix(.6, 4, 4) + diag(.4, 4) else NULL
    s <- rwg.j.sim(gsize = row$n, nitems = 4, nresp = 7, nrep = 20000, itemcors = cors)
    put(paste0("p_", if (related) "related_", u), mean(s$rwg >= row$uniform - 1e-9))
  }
}
head <- c(paste("#", R.version.string), paste("# multilevel", packageVersion("multilevel")))
put_file <- function(table, file) {
  writeLines(head, file)
  numbers <- sapply(table, is.numeric)
  table[numbers] <- lapply(table[numbers], function(x) sprintf("%.15g", x))
  suppressWarnings(write.table(table, file, append = TRUE, sep = ",", row.names = FALSE,
                               quote = FALSE))
}
put_file(out, "agreement_r.csv"); put_file(units, "agreement_units_r.csv")
