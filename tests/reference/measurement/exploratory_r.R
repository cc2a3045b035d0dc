# Sampling adequacy, number of factors and factor analyses of service_items.csv (complete
# rows), by R. Run in this folder: Rscript exploratory_r.R
# (writes exploratory_r.csv, exploratory_loadings_r.csv)
# factanal and the rotations are told to iterate on; psych::fa (minres) is as shipped.
suppressMessages({library(psych); library(GPArotation)})
d <- na.omit(read.csv("service_items.csv")); r <- cor(d); n <- nrow(d); k <- ncol(d)
out <- data.frame(name = character(), value = numeric())
put <- function(name, value) out[nrow(out) + 1, ] <<- list(name, as.numeric(value))
adequacy <- KMO(r); put("kmo", adequacy$MSA)
for (i in names(d)) put(paste0("kmo:", i), adequacy$MSAi[i])
b <- cortest.bartlett(r, n); put("bartlett", b$chisq); put("bartlett_df", b$df); put("bartlett_p", b$p.value)
m <- suppressWarnings(vss(r, n = 8, n.obs = n, plot = FALSE, fm = "minres"))
for (i in seq_along(m$map)) put(paste0("map:", i), m$map[i])
set.seed(20250705)
null <- t(replicate(2000, { x <- cor(matrix(rnorm(n * k), n)); eigen(x)$values }))
for (i in 1:k) { put(paste0("null_mean:", i), mean(null[, i]))
                 put(paste0("null_quantile:", i), quantile(null[, i], .95)) }
reduced <- t(replicate(400, suppressWarnings(suppressMessages(
  fa(cor(matrix(rnorm(n * k), n)), 1, fm = "minres", rotate = "none", SMC = FALSE, warnings = FALSE)$values))))
for (i in 1:k) put(paste0("reduced_mean:", i), mean(reduced[, i]))
one <- fa(r, 1, fm = "minres", rotate = "none", SMC = FALSE)
for (i in 1:k) put(paste0("reduced:", i), one$values[i])
loadings <- list()
keep <- function(label, l, phi = diag(ncol(l))) {
  explained <- diag(phi %*% crossprod(l)); o <- order(-explained)
  l <- l[, o, drop = FALSE]; phi <- phi[o, o, drop = FALSE]
  s <- ifelse(colSums(l) < 0, -1, 1); l <- t(t(l) * s); phi <- phi * outer(s, s)
  for (f in seq_len(ncol(l))) for (i in seq_len(nrow(l)))
    loadings[[length(loadings) + 1]] <<- data.frame(label = label, item = names(d)[i],
                                                    factor = paste0("F", f), value = l[i, f])
  for (f in seq_len(ncol(l))) for (g in seq_len(ncol(l)))
    put(paste0(label, ":phi:F", f, ":F", g), phi[f, g])
}
tight <- list(opt = list(factr = 1, pgtol = 1e-13, maxit = 10000), nstart = 3)
for (q in 1:3) {
  f <- factanal(covmat = r, n.obs = n, factors = q, rotation = "none", control = tight)
  l <- unclass(f$loadings); dimnames(l) <- NULL
  keep(paste0("ml", q, ":none"), l)
  put(paste0("ml", q, ":chi_square"), f$STATISTIC); put(paste0("ml", q, ":df"), f$dof)
  put(paste0("ml", q, ":p"), f$PVAL)
  for (i in 1:k) put(paste0("ml", q, ":uniqueness:", names(d)[i]), f$uniquenesses[i])
  if (q == 1) next
  o <- oblimin(l, eps = 1e-12, maxit = 100000); keep(paste0("ml", q, ":oblimin"), o$loadings, o$Phi)
  v <- varimax(l, eps = 1e-14); keep(paste0("ml", q, ":varimax"), unclass(v$loadings))
  h <- sqrt(rowSums(l^2)); nl <- l / h; nv <- varimax(nl, normalize = FALSE, eps = 1e-14)
  pr <- promax(unclass(nv$loadings), m = 4); a <- pr$rotmat  # Kaiser's normalisation throughout
  ui <- solve(a); keep(paste0("ml", q, ":promax"), unclass(pr$loadings) * h, ui %*% t(ui))
}
for (q in 2:3) {
  f <- fa(r, q, n.obs = n, fm = "minres", rotate = "oblimin"); keep(paste0("minres", q, ":oblimin"),
    unclass(f$loadings), f$Phi)
  put(paste0("minres", q, ":rmsr"), f$rms); put(paste0("minres", q, ":objective"), f$objective)
  w <- suppressWarnings(omega(r, q, n.obs = n, plot = FALSE, flip = FALSE))
  put(paste0("omega_h", q), w$omega_h); put(paste0("omega_t", q), w$omega.tot)
  put(paste0("ecv", q), w$ECV)
  for (i in 1:k) put(paste0("general", q, ":", names(d)[i]), w$schmid$sl[i, "g"])
}
write_out <- function(table, file) {
  writeLines(c(paste("#", R.version.string), paste("# psych", packageVersion("psych"),
               "- GPArotation", packageVersion("GPArotation"))), file)
  table$value <- sprintf("%.15g", table$value)
  suppressWarnings(write.table(table, file, append = TRUE, sep = ",", row.names = FALSE, quote = FALSE))
}
write_out(out, "exploratory_r.csv"); write_out(do.call(rbind, loadings), "exploratory_loadings_r.csv")
