"""What people see: figures, tables, words and pages."""
