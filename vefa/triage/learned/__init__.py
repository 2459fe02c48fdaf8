"""The model of services: learned from examples and from what people in the city decided, word by word.

What a word says for each service is a sum over its stem and the letters in it; a message is the sum of its
words. So every judgement can be told in words, and costs one sum of rows that are remembered.
"""
