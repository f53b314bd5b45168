cost_center = "FIN-100"
