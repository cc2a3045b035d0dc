"""How closely internal and external scores are related, observed and without their noise."""
