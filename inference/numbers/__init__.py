"""Reading a page with several digits: numbers, forms and grids."""
