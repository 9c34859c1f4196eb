# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""The loops over terms and texts, compiled: the twins of those in ``faqsearch/index/segments`` and ``faqsearch/query``."""

from cpython.unicode cimport PyUnicode_4BYTE_KIND, PyUnicode_Find, PyUnicode_FromKindAndData, PyUnicode_FromObject
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, qsort, realloc


cdef struct Numbers:
    const uint8_t* data
    Py_ssize_t width
    Py_ssize_t count


cdef inline uint64_t number(Numbers* array, Py_ssize_t i) noexcept:
    if array.width == 1:
        return array.data[i]
    if array.width == 2:
        return (<const uint16_t*>array.data)[i]
    if array.width == 4:
        return (<const uint32_t*>array.data)[i]
    return (<const uint64_t*>array.data)[i]


cdef Numbers numbers(array) except *:
    """Unsigned numbers of any width; the array must outlive them."""
    cdef const uint8_t[::1] data
    cdef Numbers found
    found.width, found.count = array.itemsize, array.shape[0]
    found.data = NULL
    if found.count:
        data = memoryview(array).cast("B")
        found.data = &data[0]
    return found


def marked_tokens(list bounds, terms, starts, lengths, dict names):
    """The twin of ``Segment.marked_tokens``: (terms, starts, ends) of the title and of the body of each document."""
    cdef Numbers term = numbers(terms), start = numbers(starts), length = numbers(lengths)
    cdef uint8_t[256] maybe
    cdef Py_ssize_t i, part, begin, end, place
    cdef uint64_t one
    cdef list result = [], fields, found_terms, found_starts, found_ends
    for i in range(256):
        maybe[i] = 0
    for wanted in names:
        maybe[<Py_ssize_t>wanted & 255] = 1
    for document in bounds:
        fields = []
        for part in range(2):
            begin, end = document[part], document[part + 1]
            if begin < 0 or begin > end or end > min(term.count, start.count, length.count):
                raise IndexError("tokens beyond the end of their arrays")
            found_terms, found_starts, found_ends = [], [], []
            for i in range(begin, end):
                one = number(&term, i)
                if maybe[one & 255]:
                    name = names.get(one)
                    if name is not None:
                        place = number(&start, i)
                        found_terms.append(name)
                        found_starts.append(place)
                        found_ends.append(place + <Py_ssize_t>number(&length, i))
            fields.append((found_terms, found_starts, found_ends))
        result.append((fields[0], fields[1]))
    return result


def spans(str text, list terms, list starts, list ends, marks, words, str where, Py_ssize_t sure):
    """The twin of ``snippets.spans`` for a text in NFC; ``where`` is the text in which words are looked for."""
    cdef Py_ssize_t count = 0, room = len(terms) + 8, i, place, end, size = len(text)
    cdef Py_ssize_t* found = <Py_ssize_t*>malloc(2 * room * sizeof(Py_ssize_t))
    cdef Py_ssize_t* larger
    cdef list merged
    if found is NULL:
        raise MemoryError
    try:
        if len(starts) != len(terms) or len(ends) != len(terms):
            raise ValueError("as many starts and ends as terms")
        if len(where) != size:
            raise ValueError("words are looked for in a text of the same length")
        for i in range(len(terms)):
            if terms[i] in marks:
                place, end = starts[i], ends[i]
                if place < end:
                    found[2 * count], found[2 * count + 1] = place, end
                    count += 1
        for word in words:
            place = PyUnicode_Find(where, word, 0, size, 1)
            while place >= 0:
                end = place + len(<str>word)
                if end - place >= sure or place == 0 or not text[place - 1].isalnum() or place in starts:
                    if count == room:
                        larger = <Py_ssize_t*>realloc(found, 4 * room * sizeof(Py_ssize_t))
                        if larger is NULL:
                            raise MemoryError
                        found, room = larger, 2 * room
                    found[2 * count], found[2 * count + 1] = place, end
                    count += 1
                place = PyUnicode_Find(where, word, end, size, 1)
        merged = united(found, count)
    finally:
        free(found)
    return merged


cdef int order(const void* left, const void* right) noexcept nogil:
    """By start, then end."""
    cdef const Py_ssize_t* a = <const Py_ssize_t*>left
    cdef const Py_ssize_t* b = <const Py_ssize_t*>right
    if a[0] != b[0]:
        return 1 if a[0] > b[0] else -1
    return (a[1] > b[1]) - (a[1] < b[1])


cdef list united(Py_ssize_t* found, Py_ssize_t count):
    """Sorted spans; those that touch or overlap as one."""
    cdef Py_ssize_t i = 0, begin, end
    cdef list merged = []
    if count > 1:
        qsort(found, count, 2 * sizeof(Py_ssize_t), order)
    while i < count:
        begin, end = found[2 * i], found[2 * i + 1]
        i += 1
        while i < count and found[2 * i] <= end:
            end = max(end, found[2 * i + 1])
            i += 1
        merged.append((begin, end))
    return merged


def best_sentence(list terms, list starts, list ends, marks, list stops, Py_ssize_t length, Py_ssize_t most, repeats):
    """The twin of ``snippets._best_sentence``; None without a marked token or where they are not in order: that is for the twin.

    ``stops`` are where the sentences end; ``repeats`` says of (begin, end) whether that sentence only repeats the title.
    """
    cdef Py_ssize_t count = len(terms), i, k, unit, place = -1, first = 0, tried = 0, begin, end, limit, distinct = 0, kept = 0
    cdef double best = 0.0, worth, everything = 0.0
    cdef Py_ssize_t* bounds
    cdef Py_ssize_t* term
    cdef Py_ssize_t* seen
    cdef double* weights
    cdef dict known = {}
    if len(starts) != count or len(ends) != count:
        raise ValueError("as many starts and ends as terms")
    bounds = <Py_ssize_t*>malloc((4 * count + 1) * sizeof(Py_ssize_t))
    weights = <double*>malloc((count + 1) * sizeof(double))
    if bounds is NULL or weights is NULL:
        free(bounds)
        free(weights)
        raise MemoryError
    term, seen = bounds + 2 * count, bounds + 3 * count
    try:
        for i in range(count):
            name = terms[i]
            weight = marks.get(name)
            if weight is None:
                continue
            bounds[2 * kept], bounds[2 * kept + 1] = starts[i], ends[i]
            if kept and order(bounds + 2 * kept - 2, bounds + 2 * kept) >= 0:
                return None
            number = known.get(name)
            if number is None:
                known[name] = number = distinct
                weights[distinct] = weight
                everything += weights[distinct]
                seen[distinct] = -1
                distinct += 1
            term[kept] = number
            kept += 1
        for i in range(kept):
            unit = behind(stops, bounds[2 * i])
            if unit == place:
                continue
            place = unit
            if unit >= len(stops):
                raise IndexError("a token behind the last sentence")
            begin, end = (stops[unit - 1] if unit else 0), stops[unit]
            if repeats(begin, end):
                continue
            limit = max(<Py_ssize_t>stops[max(behind(stops, begin + length) - 1, unit)], min(end, begin + length))
            worth = 0.0
            for k in range(i, kept):
                if bounds[2 * k + 1] > limit:
                    break
                if seen[term[k]] != i:
                    seen[term[k]] = i
                    worth += weights[term[k]]
            if worth > best + 1e-9:
                best, first = worth, unit
            tried += 1
            if tried == most or best >= everything - 1e-9:
                break
    finally:
        free(bounds)
        free(weights)
    return first if kept else None


cdef Py_ssize_t behind(list stops, Py_ssize_t place) except -1:
    """How many of the rising ``stops`` are at or before ``place``."""
    cdef Py_ssize_t low = 0, high = len(stops), middle
    while low < high:
        middle = (low + high) // 2
        if <Py_ssize_t>stops[middle] <= place:
            low = middle + 1
        else:
            high = middle
    return low


def clipped(list found, Py_ssize_t start, Py_ssize_t end, Py_ssize_t place):
    """The spans that lie in ``start`` to ``end``, cut there, by their places behind ``place``: the twin of ``snippets._clipped``."""
    cdef Py_ssize_t left, right
    cdef list inside = []
    for span in found:
        left, right = (<tuple?>span)
        if left < end and right > start:
            inside.append((max(left, start) - place, min(right, end) - place))
    return tuple(inside)


cdef inline uint32_t plainly(uint32_t character) noexcept:
    """What is kept of an ASCII character or a Hangul syllable, 0 where it is nothing."""
    if character >= 0xAC00 or 48 <= character <= 57 or 97 <= character <= 122:
        return character
    if 65 <= character <= 90:
        return character + 32
    return 0


cdef str letters(str text, kept, list places):
    """``text`` squeezed; ``kept`` says what is kept of any other character, ``places`` takes each place that is kept."""
    cdef Py_ssize_t place, size = len(text), count = 0, i
    cdef Py_UCS4 character
    cdef uint32_t plain
    cdef str some
    cdef uint32_t* found = <uint32_t*>malloc((3 * size + 1) * sizeof(uint32_t))  # no letter becomes more than three
    if found is NULL:
        raise MemoryError
    try:
        for place in range(size):
            character = text[place]
            if character < 0x80 or 0xAC00 <= character <= 0xD7A3:
                plain = plainly(character)
                if plain:
                    found[count] = plain
                    count += 1
                    if places is not None:
                        places.append(place)
                continue
            some = kept(text[place])
            for i in range(min(len(some), 3)):
                found[count] = <Py_UCS4>some[i]
                count += 1
                if places is not None:
                    places.append(place)
        return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, found, count)
    finally:
        free(found)


def squeezed(text, kept):
    """The twin of ``grams.squeeze``."""
    return letters(PyUnicode_FromObject(text), kept, None)


def squeezed_with_offsets(text, kept):
    """The twin of ``grams.squeeze_with_offsets``."""
    cdef list places = []
    return letters(PyUnicode_FromObject(text), kept, places), places
