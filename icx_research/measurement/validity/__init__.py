"""Whether items measure their own scale, and no other."""
