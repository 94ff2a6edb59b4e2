"use strict";
addEventListener("load", function () {
	document.getElementById("clock").textContent =
		"Loaded at " + new Date().toISOString() + ".";
});
