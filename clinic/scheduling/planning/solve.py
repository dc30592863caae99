"""From candidates to a plan and its proof."""

from clinic.scheduling.planning.problem import Problem, Solution


def solve(problem: Problem) -> Solution:
    """Choose candidates by the four goals, breaking no rule; equal input gives an equal plan."""
    raise NotImplementedError


def greedy(problem: Problem) -> Solution:
    """Earliest fit in the order of demands: what a hurried desk would do. No proof beyond the sessions wanted."""
    raise NotImplementedError
