rootProject.name = "own-project"
