# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Terms and their postings, compiled: the twins of the loops in ``faqsearch/index/segments``, to the bit.

Pointers into a segment live as long as the arrays that they came from, which every object here holds. A number read from a
file is checked before anything is read or written at its place.
"""

cimport cython
from libc.math cimport log
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcmp

import numpy as np


cdef struct Block:
    Py_ssize_t segment
    Py_ssize_t first
    Py_ssize_t bounds_count
    Py_ssize_t postings
    Py_ssize_t base
    Py_ssize_t deleted_count
    const uint32_t* bounds
    const uint16_t* docs
    const uint16_t* codes
    const uint8_t* deleted


cdef struct Slice:
    Py_ssize_t block
    Py_ssize_t begin
    Py_ssize_t count
    Py_ssize_t base
    const uint16_t* docs
    const uint16_t* codes


@cython.no_gc  # what it holds refers to nothing; so a remembered term costs the garbage collector nothing
cdef class Blocks:
    """The blocks of one list of a snapshot."""

    cdef Block* _blocks
    cdef Py_ssize_t _count
    cdef readonly object arrays

    def __cinit__(self, arrays):
        cdef const uint32_t[::1] bounds
        cdef const uint16_t[::1] docs, codes
        cdef const uint8_t[::1] deleted
        cdef Py_ssize_t i
        cdef Block* block
        self.arrays = list(arrays)
        self._count = len(self.arrays)
        self._blocks = <Block*>calloc(max(self._count, 1), sizeof(Block))
        if self._blocks is NULL:
            raise MemoryError
        for i in range(self._count):
            one = self.arrays[i]
            bounds, docs, codes = one.bounds, one.docs, one.codes
            block = &self._blocks[i]
            block.segment, block.first, block.base = one.segment, one.first, one.base
            block.bounds_count = bounds.shape[0]
            block.postings = min(docs.shape[0], codes.shape[0])
            block.bounds = &bounds[0] if bounds.shape[0] else NULL
            block.docs = &docs[0] if docs.shape[0] else NULL
            block.codes = &codes[0] if codes.shape[0] else NULL
            if one.deleted is not None:
                deleted = one.deleted.view(np.uint8)
                block.deleted_count = deleted.shape[0]
                block.deleted = &deleted[0] if deleted.shape[0] else NULL

    def __dealloc__(self):
        free(self._blocks)

    def slices(self, tuple numbers):
        """(the postings of the term that has these numbers by segment, or None; how many of them are of live documents)."""
        cdef Py_ssize_t frequency = 0
        found = self._slices(numbers, &frequency)
        return found, frequency

    cdef Slices _slices(self, tuple numbers, Py_ssize_t* live):
        cdef Slices found = None
        cdef Py_ssize_t i, k, number, bound, frequency = 0
        cdef uint32_t begin, end
        cdef Block* block
        cdef Slice* one
        for i in range(self._count):
            block = &self._blocks[i]
            if block.segment >= len(numbers):
                raise IndexError("a block of a segment that is not there")
            number = numbers[block.segment]
            if number < 0:
                continue
            bound = block.first + number
            if bound + 1 >= block.bounds_count:
                raise IndexError("a term beyond the bounds of its list")
            begin, end = block.bounds[bound], block.bounds[bound + 1]
            if begin >= end:
                continue
            if end > block.postings:
                raise IndexError("postings beyond the end of their list")
            if found is None:
                found = Slices.__new__(Slices, self)
            one = &found._slices[found._count]
            found._count += 1
            one.block, one.begin, one.count, one.base = i, begin, end - begin, block.base
            one.docs, one.codes = block.docs + begin, block.codes + begin
            frequency += one.count
            if block.deleted is not NULL:
                for k in range(one.count):
                    if one.docs[k] >= block.deleted_count:
                        raise IndexError("a posting beyond the documents")
                    frequency -= block.deleted[one.docs[k]]
        live[0] = frequency
        return found


@cython.no_gc
cdef class Slices:
    """The postings of a term in one list; iterates over (documents, codes, base)."""

    cdef Slice* _slices
    cdef Py_ssize_t _count
    cdef Blocks _of

    def __cinit__(self, Blocks of):
        self._of = of
        self._slices = <Slice*>malloc(max(of._count, 1) * sizeof(Slice))
        if self._slices is NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self._slices)

    def __iter__(self):
        cdef Py_ssize_t i
        found = []
        for i in range(self._count):
            block = self._of.arrays[self._slices[i].block]
            begin = self._slices[i].begin
            end = begin + self._slices[i].count
            found.append((block.docs[begin:end], block.codes[begin:end], self._slices[i].base))
        return iter(found)

    def mark(self, mask, bint value=True):
        """Sets ``mask``, of bool, at every document."""
        cdef uint8_t[::1] marks = mask.view(np.uint8)
        if marks.shape[0]:
            self._mark(&marks[0], marks.shape[0], value)

    cdef int _mark(self, uint8_t* marks, Py_ssize_t size, uint8_t value) except -1:
        cdef Py_ssize_t i, k, place
        cdef Slice* one
        for i in range(self._count):
            one = &self._slices[i]
            for k in range(one.count):
                place = one.base + one.docs[k]
                if place >= size:
                    raise IndexError("a posting beyond the documents")
                marks[place] = value
        return 0

    cdef Py_ssize_t _counted(self, const uint8_t[::1] mask) except -1:
        """How many of the documents are in ``mask``."""
        cdef Py_ssize_t i, k, place, count = 0
        cdef Slice* one
        for i in range(self._count):
            one = &self._slices[i]
            for k in range(one.count):
                place = one.base + one.docs[k]
                if place >= mask.shape[0]:
                    raise IndexError("a posting beyond the documents")
                count += mask[place]
        return count

    cdef int _add(self, double* scores, Py_ssize_t size, const double* table, double weight, const uint8_t* hit,
                  const uint8_t* held) except -1:
        """Adds weight · impact to each document, where ``hit`` is given to those that have it and lack ``held``."""
        cdef Py_ssize_t i, k, place
        cdef Slice* one
        for i in range(self._count):
            one = &self._slices[i]
            for k in range(one.count):
                place = one.base + one.docs[k]
                if place >= size:
                    raise IndexError("a posting beyond the documents")
                if hit is NULL:
                    scores[place] += table[one.codes[k]] * weight
                elif hit[place] and not held[place]:
                    scores[place] += table[one.codes[k]] * weight
        return 0


@cython.no_gc
cdef class Postings:
    """The twin of ``channel.Postings``."""

    cdef readonly Slices slices
    cdef readonly double idf
    cdef readonly double factor

    def __cinit__(self, Slices slices not None, double idf, double factor):
        self.slices, self.idf, self.factor = slices, idf, factor


@cython.no_gc
cdef class TermTable:
    """The terms of one channel of a segment, sorted by their bytes: the twin of ``Dictionary.find``."""

    cdef const uint8_t[::1] _text
    cdef const uint32_t[::1] _offsets
    cdef const uint64_t[::1] _prefix

    def __init__(self, text, offsets, prefix):
        self._text, self._offsets, self._prefix = text, offsets, prefix
        if self._offsets.shape[0] != self._prefix.shape[0] + 1:
            raise IndexError("as many offsets as terms, and one")

    def find(self, bytes term):
        """The number of ``term``, or -1."""
        return self._find(term)

    cdef Py_ssize_t _find(self, bytes term) except -2:
        cdef Py_ssize_t low = 0, middle, high = self._prefix.shape[0], count = high, length = len(term), own
        cdef const uint8_t* letters = <const uint8_t*>(<const char*>term)
        cdef uint64_t key = 0
        cdef uint32_t begin, end
        cdef int rank
        for middle in range(8):
            key = key << 8 | (letters[middle] if middle < length else 0)
        while low < high:
            middle = (low + high) // 2
            if self._prefix[middle] < key:
                low = middle + 1
            else:
                high = middle
        while low < count and self._prefix[low] == key:
            begin, end = self._offsets[low], self._offsets[low + 1]
            if begin > end or end > self._text.shape[0]:
                raise IndexError("a term beyond the text of its dictionary")
            own = end - begin
            rank = memcmp(&self._text[begin] if own else letters, letters, min(own, length))
            if rank == 0 and own == length:
                return low
            if rank > 0 or (rank == 0 and own > length):
                return -1
            low += 1
        return -1


cdef class Channel:
    """The twin of ``channel.PlainChannel``."""

    cdef list _tables
    cdef list _lists
    cdef const uint8_t[::1] _visible

    def __init__(self, dictionaries, lists, visible):
        self._tables = [<TermTable?>dictionary.table for dictionary in dictionaries]
        self._lists = [(<Blocks?>blocks, float(documents), float(share)) for blocks, documents, share in lists]
        self._visible = None if visible is None else visible.view(np.uint8)

    def term(self, str term):
        """The term in each list, None where no document holds it there."""
        cdef tuple numbers = self._numbers(term)
        return tuple([self._postings(<tuple>listed, numbers) for listed in self._lists])

    def one(self, str term, Py_ssize_t place):
        """The term in the list at ``place``, or None."""
        if not 0 <= place < len(self._lists):
            raise IndexError("a list that is not there")
        return self._postings(<tuple>self._lists[place], self._numbers(term))

    cdef tuple _numbers(self, str term):
        cdef bytes key = term.encode("utf-8", "surrogatepass")
        return tuple([(<TermTable>table)._find(key) for table in self._tables])

    cdef object _postings(self, tuple listed, tuple numbers):
        cdef Py_ssize_t frequency = 0
        cdef Slices found = (<Blocks>listed[0])._slices(numbers, &frequency)
        cdef double idf, documents = listed[1]
        if found is None:
            return None
        if self._visible is not None:
            frequency = found._counted(self._visible)
        idf = log(1 + (documents - frequency + 0.5) / (frequency + 0.5))
        return Postings(found, idf, <double>listed[2] * idf)


def added_up(Py_ssize_t size, list lists, list related, const double[::1] related_table, list instead):
    """The twin of ``score.added_up``."""
    result = np.zeros(size, dtype=np.float64)
    scored = np.zeros(size, dtype=bool)
    cdef double[::1] scores = result
    cdef uint8_t[::1] hit = scored.view(np.uint8)
    cdef const double[::1] table
    cdef uint8_t* held = NULL
    cdef Py_ssize_t i, row
    cdef double weight
    if not size:
        return result, scored
    for impacts, terms in lists:
        table = impacts
        if table.shape[0] != 65536:
            raise ValueError("an impact table has 65,536 entries")
        for slices, factor in terms:
            weight = factor
            if isinstance(slices, Slices):
                (<Slices>slices)._add(&scores[0], size, &table[0], weight, NULL, NULL)
            else:
                _add_arrays(scores, slices, table, weight)
    for i in range(size):
        hit[i] = scores[i] > 0
    if not related:
        return result, scored
    if related_table.shape[0] != 65536:
        raise ValueError("an impact table has 65,536 entries")
    held = <uint8_t*>calloc(len(instead) * size + 1, 1)
    if held is NULL:
        raise MemoryError
    try:
        for row in range(len(instead)):
            for slices in instead[row]:
                (<Slices?>slices)._mark(held + row * size, size, 1)
        for slices, factor, row in related:
            if row < 0 or row >= len(instead):
                raise IndexError("a related word stands for none")
            weight = factor
            (<Slices?>slices)._add(&scores[0], size, &related_table[0], weight, &hit[0], held + row * size)
    finally:
        free(held)
    return result, scored


cdef int _add_arrays(double[::1] scores, list slices, const double[::1] table, double weight) except -1:
    """Postings that were filtered, as arrays."""
    cdef const uint16_t[::1] docs, codes
    cdef Py_ssize_t k, base, place
    for some, others, first in slices:
        docs, codes, base = some, others, first
        if docs.shape[0] != codes.shape[0]:
            raise ValueError("as many codes as documents")
        for k in range(docs.shape[0]):
            place = base + docs[k]
            if place >= scores.shape[0]:
                raise IndexError("a posting beyond the documents")
            scores[place] += table[codes[k]] * weight
    return 0
