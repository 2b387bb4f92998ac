"""The front page, standard pages, navigation and the settings of the look."""
