# Geomin and quartimax of maximum-likelihood factors of service_items.csv (complete rows), by R.
# Run in this folder: Rscript rotations_r.R   (writes rotations_r.csv)
# The best of three starts, told to iterate on; factors by the variance they explain.
suppressMessages(library(GPArotation))
d <- na.omit(read.csv("service_items.csv")); set.seed(20251122)
tight <- list(opt = list(factr = 1, pgtol = 1e-13, maxit = 10000), nstart = 3)
out <- data.frame(label = character(), part = character(), item = character(), factor = character(),
                  value = numeric())
keep <- function(label, l, phi) {
  explained <- diag(phi %*% crossprod(l)); o <- order(-explained)
  l <- l[, o, drop = FALSE]; phi <- phi[o, o, drop = FALSE]
  s <- ifelse(colSums(l) < 0, -1, 1); l <- t(t(l) * s); phi <- phi * outer(s, s)
  for (f in seq_len(ncol(l))) {
    for (i in seq_len(nrow(l)))
      out[nrow(out) + 1, ] <<- list(label, "loading", names(d)[i], paste0("F", f), l[i, f])
    for (g in seq_len(ncol(l)))
      out[nrow(out) + 1, ] <<- list(label, "phi", paste0("F", g), paste0("F", f), phi[g, f])
  }
}
best <- function(rotate, l) {
  found <- lapply(1:3, function(i) rotate(l, Tmat = if (i == 1) diag(ncol(l)) else
    Random.Start(ncol(l)), eps = 1e-8, maxit = 2000))
  found[[which.min(sapply(found, function(one) tail(one$Table[, 2], 1)))]]
}
for (q in 2:3) {
  l <- unclass(factanal(d, q, rotation = "none", control = tight)$loadings); dimnames(l) <- NULL
  g <- best(geominQ, l); keep(paste0("geomin", q), g$loadings, g$Phi)
  w <- best(quartimax, l); keep(paste0("quartimax", q), w$loadings, diag(q))
}
file <- "rotations_r.csv"
writeLines(c(paste("#", R.version.string),
             paste("# GPArotation", packageVersion("GPArotation"))), file)
out$value <- sprintf("%.15g", out$value)
suppressWarnings(write.table(out, file, append = TRUE, sep = ",", row.names = FALSE, quote = FALSE))
