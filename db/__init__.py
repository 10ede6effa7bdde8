"""Storage: one thin layer over two engines, and a module for each table or two. Imports nothing of ours."""
