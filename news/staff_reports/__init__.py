"""What staff read in the morning: the overview, one article, and the quality of the counts."""
