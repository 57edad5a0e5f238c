"""The parts of the HTML report: what each section shows; the templates beside say how."""
