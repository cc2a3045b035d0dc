"""What people see: figures, tables, notebooks and the page of a study."""
