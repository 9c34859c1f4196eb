# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Which documents match, and which come first, compiled: the twins of the loops at the end of ``score.py``."""

from libc.stdint cimport int64_t, uint8_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

import numpy as np


def selected(const double[::1] scores, hit, full, allowed, double floor):
    """The twin of ``score.selected``."""
    cdef const uint8_t[::1] hits = hit.view(np.uint8)
    cdef const uint8_t[::1] whole = full.view(np.uint8)
    cdef const uint8_t[::1] permitted = None if allowed is None else allowed.view(np.uint8)
    cdef bint every = permitted is None
    cdef Py_ssize_t i, count = 0, size = hits.shape[0]
    cdef double best = 0.0, least
    cdef int64_t* found
    cdef int64_t[::1] numbers
    if scores.shape[0] != size or whole.shape[0] != size or not (every or permitted.shape[0] == size):
        raise ValueError("as many scores as documents")
    found = <int64_t*>malloc((size + 1) * sizeof(int64_t))
    if found is NULL:
        raise MemoryError
    try:
        for i in range(size):  # what is no match is written over: quicker than to guess which is
            found[count] = i
            count += hits[i] != 0 and (every or permitted[i] != 0)
        for i in range(count):
            best = max(best, scores[found[i]])
        if floor:
            size, count = count, 0
            least = best * floor
            for i in range(size):
                found[count] = found[i]
                count += (scores[found[i]] >= least) | (whole[found[i]] != 0)
        result = np.empty(count, dtype=np.int64)
        if count:
            numbers = result
            memcpy(&numbers[0], found, count * sizeof(int64_t))
    finally:
        free(found)
    return result, best


def leading(const double[::1] scores, const int64_t[::1] numbers, Py_ssize_t count):
    """The twin of ``score.leading``: few of the numbers ever come among the best, so these are kept in order."""
    cdef Py_ssize_t i, k, kept = 0
    cdef int64_t number
    cdef double score, left_out = -1.0
    cdef list result = None
    cdef int64_t* best
    if count < 1:
        return []
    best = <int64_t*>malloc((min(count, numbers.shape[0]) + 1) * sizeof(int64_t))
    if best is NULL:
        raise MemoryError
    try:
        for i in range(numbers.shape[0]):
            number = numbers[i]
            if not 0 <= number < scores.shape[0]:
                raise IndexError("a document that has no score")
            score = scores[number]
            if kept == count:
                if score <= scores[best[kept - 1]]:
                    left_out = max(left_out, score)
                    continue
                kept -= 1
                left_out = max(left_out, scores[best[kept]])
            k = kept
            while k and scores[best[k - 1]] < score:
                best[k] = best[k - 1]
                k -= 1
            best[k] = number
            kept += 1
        for k in range(1, kept):
            if scores[best[k]] == scores[best[k - 1]]:
                return None
        if kept and left_out == scores[best[kept - 1]]:
            return None
        result = [best[k] for k in range(kept)]
    finally:
        free(best)
    return result
