-- gsub-percent-end
-- TRIES:  a replacement that ends in %
-- MUST:   an error
-- CLASS:  memsafety
-- EXPECT: error
return (('abc'):gsub('.', '%'))
