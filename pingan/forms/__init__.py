"""Forms of the kernel: shape and type of input, Chinese labels."""
